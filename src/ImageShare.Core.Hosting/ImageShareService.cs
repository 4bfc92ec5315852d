using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageShare.Core.Hosting;

/// <summary>
/// Starts the client with the host, gives its invitations to the handler, and stops it with the host. If a listener of the client is beyond repair, the service fails, which
/// stops the host unless its options say otherwise.
/// </summary>
internal sealed class ImageShareService(
    IServiceProvider services,
    IOptions<ImageShareHostOptions> options,
    IOptionsMonitor<ImageShareHostOptions> monitor,
    ILogger<ImageShareService> log) : BackgroundService, IImageShareHost
{
    private readonly TaskCompletionSource<ImageShareClient> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InvitationDispatcher _dispatcher = new(services, log);
    private ConfigurationFollower? _follower;
    private IDisposable? _following;

    public IImageShareClient Client => _started.Task.IsCompletedSuccessfully
        ? _started.Task.Result
        : throw new ImageShareException(ImageShareError.InvalidState, "The host has not started its Image Share client; use it after the start, or wait for it with GetClientAsync.");

    public async Task<IImageShareClient> GetClientAsync(CancellationToken cancellationToken = default) => await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        ImageShareClient client;
        try
        {
            client = await ImageShareClient.StartAsync(options.Value.Client, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _started.TrySetException(e);
            _ = _started.Task.Exception;
            throw;
        }

        _started.TrySetResult(client);
        _follower = new ConfigurationFollower(client, options.Value, log);
        _following = monitor.OnChange((changed, _) => _follower.OnChanged(changed));
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _following?.Dispose();

        // First the token of the handlers, then what they wait for.
        Task ending = base.StopAsync(cancellationToken);
        if (_started.Task.IsCompletedSuccessfully)
        {
            await _started.Task.Result.DisposeAsync().ConfigureAwait(false);
        }

        await ending.ConfigureAwait(false);
        if (_follower is not null)
        {
            await _follower.Idle.ConfigureAwait(false);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ImageShareClient client = await _started.Task.ConfigureAwait(false);
        Task handling = services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IImageShareHandler))
            ? _dispatcher.RunAsync(client.Invitations, stoppingToken)
            : Task.CompletedTask;
        await client.Completion.ConfigureAwait(false);
        await handling.ConfigureAwait(false);
    }
}
