using System.CommandLine;
using ImageShare.Cli.Execution;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Terminals;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Images.Stores;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare listen</c>: answers queries and receives images.</summary>
internal static class ListenCommand
{
    public static Command Create(CommonOptions common, string[] execArguments)
    {
        Option<DirectoryInfo> inbox = CommonOptions.Inbox();
        Option<string> accept = CommonOptions.OneOf("--accept", "What to do with an invitation", "ask", "auto", "never");
        Option<int?> count = CommonOptions.Count("Exit after this many shares have ended");
        Option<long?> maxSize = CommonOptions.Bytes("--max-size", "The largest image to accept");
        var keepPartial = new Option<bool>("--keep-partial") { Description = "Keep the received part of an interrupted transfer, so that 'send --resume' can resume it" };
        var exec = new Option<string?>(ExecLine.Name)
        {
            Description = "Run this program for each stored image, which is in IMAGESHARE_PATH (docs/cli.md has the other variables). All that follows belongs to it, so this is the last option",
            HelpName = "COMMAND [ARGS]",
        };
        var command = new Command("listen", "Answer capability queries and receive images") { inbox, accept, count, maxSize, keepPartial, common.NoPreview, common.Pictures, exec };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (!parsed.GetValue(common.Quiet) && ExecLine.Hint(command, execArguments) is { } hint)
            {
                StandardError.Say(hint);
            }

            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                await using var tracing = new Tracing(common, parsed, reporter);
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink);

                // Read all invitations at once: the number of running shares is their only limit.
                options = options with { Limits = options.Limits with { MaxPendingInvitations = options.Limits.MaxConcurrentShares } };
                if (parsed.GetValue(maxSize) is { } largest)
                {
                    options = options with { Limits = options.Limits with { MaxImageSize = largest } };
                }

                using ImageCommand? run = parsed.GetValue(exec) is { } program ? new ImageCommand(reporter, ProgramPath.Find(program), execArguments) : null;
                Inbox.Check(parsed.GetRequiredValue(inbox));
                bool keeps = parsed.GetValue(keepPartial);
                IImageStore store = ImageStore.InDirectory(
                    parsed.GetRequiredValue(inbox).FullName, new DirectoryStoreOptions { KeepPartials = keeps, KeepPartialsWithoutHash = keeps });
                await using ImageShareClient client = await StartedClient.ListenAsync(reporter, options, cancellationToken);
                using var receiver = new Receiver(reporter, store, parsed.GetRequiredValue(accept), run);
                return await receiver.RunAsync(client, parsed.GetValue(count), cancellationToken);
            });
        });
        return command;
    }
}
