using System.CommandLine;
using ImageShare.Cli.Diagnosis;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare doctor TARGET</c>: what works on the way to a peer, what does not, and what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommonOptions common)
    {
        var target = new Argument<SipUri>("target") { Description = "The peer to look at, e.g. sip:bob@127.0.0.1:5070", CustomParser = CommonOptions.ParseUri };
        var command = new Command("doctor", "Say what works on the way to a peer, what does not, and what to do; shares no image") { target };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                await using var tracing = new Tracing(common, parsed, reporter);
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink);
                var report = new CheckReport(parsed.GetValue(common.Json) ? new JsonOutput(Console.Out) : null, parsed.GetValue(common.Quiet));
                return (await new Doctor(options, parsed.GetRequiredValue(target), reporter, report).RunAsync(cancellationToken)).ToExitStatus();
            });
        });
        return command;
    }
}
