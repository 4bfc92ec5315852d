using System.CommandLine;
using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli;

/// <summary><c>imageshare send IMAGE TARGET</c>: query, invite, transfer, teardown.</summary>
internal static class SendCommand
{
    public static Command Create(CommonOptions common)
    {
        var image = new Argument<FileInfo>("image") { Description = "The picture to share" };
        var target = new Argument<SipUri>("target") { Description = "Whom to share it with, e.g. sip:bob@127.0.0.1:5070", CustomParser = CommonOptions.ParseUri };
        var icon = new Option<FileInfo?>("--icon") { Description = "A small picture the peer sees before it decides", HelpName = "FILE" };
        var chunkSize = new Option<int?>("--chunk-size")
        {
            Description = "Bytes per MSRP chunk (default: the profile's, 2048)",
            HelpName = "N",
            CustomParser = result => int.TryParse(result.Tokens[0].Value, out int number) && number is > 0 and <= 1024 * 1024 * 1024
                ? number
                : CommonOptions.Refuse<int?>(result, "is not a number of bytes from 1 to 1073741824"),
        };
        Option<long?> maxRate = CommonOptions.Octets("--max-rate", "At most so many bytes per second");
        maxRate.HelpName = "BYTES_PER_S";
        var resume = new Option<bool>("--resume") { Description = "Continue where an earlier 'send --resume' of the same image to the same target broke off" };
        var command = new Command("send", "Share an image with a peer") { image, target, icon, chunkSize, maxRate, resume };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                using var tracing = new Tracing(common, parsed, reporter);
                var settings = new ShareSettings
                {
                    Icon = parsed.GetValue(icon) is { } file ? await IconFile.ReadAsync(file, cancellationToken) : null,
                    ChunkSize = parsed.GetValue(chunkSize),
                    MaxBytesPerSecond = parsed.GetValue(maxRate),
                };
                SipUri peer = parsed.GetRequiredValue(target);
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink);
                NearHop.Check(options, peer);
                ImageSource source = ImageSource.FromFile(parsed.GetRequiredValue(image).FullName);
                ResumeFile? resuming = parsed.GetValue(resume)
                    ? ResumeFile.Open(parsed.GetRequiredValue(image).FullName, peer, await source.DescribeAsync(cancellationToken))
                    : null;
                settings = settings with { Progress = resuming, ResumeAt = resuming?.ResumeAt ?? 0 };
                await using ImageShareClient client = await ImageShareClient.StartAsync(options, cancellationToken);
                await using ImageShareSession session = await client.ShareAsync(peer, source, settings, cancellationToken);
                ImageShareResult result = await reporter.FollowAsync(session, cancellationToken);
                if (result.IsCompleted)
                {
                    resuming?.Delete();
                }

                return FollowedShare.ExitStatusOf(result, cancellationToken);
            });
        });
        return command;
    }
}
