using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageShare.Core.Hosting;

/// <summary>
/// Refuses options that are unknown, wrong or missing, all at once and each by its name. Once there were right ones, wrong ones are only logged and replaced by the last right
/// ones: an exception would be thrown at whoever reloads the configuration, which for a file is nobody.
/// </summary>
internal sealed class HostOptionsValidation(WatchedConfiguration configuration, ILogger<ImageShareService> log) : IValidateOptions<ImageShareHostOptions>
{
    private volatile ImageShareHostOptions? _lastRight;

    public ValidateOptionsResult Validate(string? name, ImageShareHostOptions options)
    {
        List<string> problems = [.. options.Problems];
        string identity = $"{configuration.Path}:{nameof(ImageShareOptions.Identity)} is";
        if (options.Client.Identity is null && !problems.Any(problem => problem.StartsWith(identity, StringComparison.Ordinal)))
        {
            problems.Add($"{identity} not set; give the SIP address of the user, such as sip:alice@ims.example.");
        }

        if (problems.Count == 0)
        {
            _lastRight = options.Copy();
        }
        else if (_lastRight is { } right)
        {
            HostLog.ChangeRefused(log, string.Join(' ', problems));
            options.TakeFrom(right);
        }
        else
        {
            return ValidateOptionsResult.Fail(problems);
        }

        return ValidateOptionsResult.Success;
    }
}
