using System.CommandLine;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare query TARGET</c>: the capability query alone.</summary>
internal static class QueryCommand
{
    public static Command Create(CommonOptions common)
    {
        var target = new Argument<SipUri>("target") { Description = "The peer to query, e.g. sip:bob@127.0.0.1:5070", CustomParser = CommonOptions.ParseUri };
        var once = new Option<bool>("--once") { Description = "Do not ask again when the peer is not available (480): otherwise twice more, after 10 and 20 seconds" };
        var command = new Command("query", "Ask whether a peer can share images") { target, once };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                await using var tracing = new Tracing(common, parsed, reporter);
                SipUri peer = parsed.GetRequiredValue(target);
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink);
                NearHop.Check(options, peer);
                if (parsed.GetValue(once))
                {
                    options = options with { Limits = options.Limits with { QueryRetryDelays = [] } };
                }

                await using ImageShareClient client = await StartedClient.StartAsync(reporter, options, cancellationToken);
                reporter.Asking(peer);
                ImageShareCapabilities capabilities = await client.QueryCapabilitiesAsync(peer, cancellationToken);
                reporter.Capabilities(peer, capabilities);
                return capabilities.Support switch
                {
                    ImageShareSupport.Yes => ExitStatus.Done,
                    ImageShareSupport.Unknown => ExitStatus.Unknown,
                    _ => ExitStatus.NotCapable,
                };
            });
        });
        return command;
    }
}
