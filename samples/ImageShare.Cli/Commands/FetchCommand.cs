using System.CommandLine;
using System.CommandLine.Parsing;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Resuming;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare fetch TARGET</c>: asks for an image that a peer serves, and stores it.</summary>
internal static class FetchCommand
{
    public static Command Create(CommonOptions common)
    {
        var target = new Argument<SipUri>("target") { Description = "The peer that serves the image, e.g. sip:bob@127.0.0.1:5070", CustomParser = CommonOptions.ParseUri };
        var name = new Option<string?>("--name") { Description = "The exact name of the image", HelpName = "NAME" };
        var hash = new Option<ImageSelector?>("--hash")
        {
            Description = "The SHA-1, SHA-256, SHA-384 or SHA-512 of the image; the received image is checked against it",
            HelpName = "HEX",
            CustomParser = ParseHash,
        };
        Option<MediaType?> type = CommonOptions.TypeOfImage("The type of the image, e.g. image/png");
        Option<long?> size = CommonOptions.Bytes("--size", "The size of the image");
        Option<DirectoryInfo> inbox = CommonOptions.Inbox();
        var keepPartial = new Option<bool>("--keep-partial") { Description = "Keep the received part if the transfer is interrupted" };
        var resume = new Option<bool>("--resume") { Description = "Keep it, and resume an interrupted 'fetch --resume' of the same image from the same target" };
        Option<bool> noQuery = CommonOptions.NoQuery();
        var command = new Command("fetch", "Fetch an image that a peer serves") { target, name, hash, type, size, inbox, keepPartial, resume, noQuery, common.NoPreview, common.Pictures };
        common.AddTo(command);
        command.Validators.Add(result =>
        {
            if (new Option[] { name, hash, type, size }.All(o => result.GetResult(o) is null))
            {
                result.AddError("Select an image with --hash HEX or --name NAME, or --type and --size.");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                await using var tracing = new Tracing(common, parsed, reporter);
                SipUri peer = parsed.GetRequiredValue(target);
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink);
                NearHop.Check(options, peer);
                ImageSelector wanted = (parsed.GetValue(hash) ?? new ImageSelector()) with
                {
                    Name = parsed.GetValue(name),
                    Type = parsed.GetValue(type),
                    Size = parsed.GetValue(size),
                };
                Inbox.Check(parsed.GetRequiredValue(inbox));
                string folder = parsed.GetRequiredValue(inbox).FullName;
                FetchNote? note = parsed.GetValue(resume) ? FetchNote.Open(folder, peer, wanted) : null;
                IImageStore store = ImageStore.InDirectory(folder, new DirectoryStoreOptions { KeepPartials = note is not null || parsed.GetValue(keepPartial) });
                await using ImageShareClient client = await StartedClient.StartAsync(reporter, options, cancellationToken);
                await using ImageShareSession session = await client.FetchAsync(
                    peer, wanted, store, new FetchSettings { Resume = note?.Known ?? (note is null ? null : wanted), QueryFirst = !parsed.GetValue(noQuery) }, cancellationToken);
                note?.Follow(session);
                ImageShareResult result = await reporter.FollowAsync(session, cancellationToken);
                if (result.IsCompleted)
                {
                    note?.Delete();
                }

                return FollowedShare.ExitStatusOf(result, cancellationToken);
            });
        });
        return command;
    }

    private static ImageSelector? ParseHash(ArgumentResult result)
    {
        try
        {
            return ImageSelector.FromHash(result.Tokens[0].Value);
        }
        catch (ImageShareException)
        {
            return CommonOptions.Refuse<ImageSelector?>(result, "is not the 40 hex digits of a SHA-1, nor the 64 of a SHA-256");
        }
    }
}
