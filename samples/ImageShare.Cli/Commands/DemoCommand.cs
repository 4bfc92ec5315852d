using System.CommandLine;
using System.Security.Cryptography;
using ImageShare.Cli.Ladders;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Terminals;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Commands;

/// <summary>
/// <c>imageshare demo [IMAGE]</c>: Alice shares a picture with Bob, both in this process, over real UDP and TCP sockets on loopback.
/// Succeeds only if the hash of the file Bob stored equals that of the file Alice sent.
/// </summary>
internal static class DemoCommand
{
    public static Command Create(CommonOptions common)
    {
        var image = new Argument<FileInfo?>("image") { Description = "The picture to share (default: a built-in one)", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("demo", "Share a picture between two sides in this process, and show every step") { image, common.NoPreview, common.Pictures };
        common.AddTo(command, identity: false);
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed, isDrawn: true);
            return await CommandRunner.RunAsync(reporter, cancellationToken => RunAsync(common, parsed, parsed.GetValue(image), reporter, cancellationToken));
        });
        return command;
    }

    private static async Task<int> RunAsync(CommonOptions common, ParseResult parsed, FileInfo? image, IReporter reporter, CancellationToken cancellationToken)
    {
        bool people = reporter is HumanReporter;
        await using ITraceFile? file = TraceFiles.Open(parsed.GetValue(common.TraceFile));
        var ladder = new Ladder("alice", "bob", StandardTerminal.OutputColumns, line =>
        {
            if (people)
            {
                HumanReporter.Say(HumanReporter.Safe(line));
            }
        });
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-demo-");
        try
        {
            string source = image?.FullName ?? await UnpackAsync("dusk.png", folder, cancellationToken);
            var icon = new ImageIcon(new MediaType("image", "png"), await File.ReadAllBytesAsync(await UnpackAsync("dusk-icon.png", folder, cancellationToken), cancellationToken));

            ImageShareOptions options = common.ToClientOptions(parsed, null, SipUri.Parse("sip:bob@ims.example"));
            await using ImageShareClient bob = await ImageShareClient.StartAsync(
                options with { Trace = m => { if (m.IsOutgoing) { ladder.Draw(fromLeft: false, m); file?.Write(m); } } }, cancellationToken);
            await using ImageShareClient alice = await ImageShareClient.StartAsync(
                options with
                {
                    Identity = SipUri.Parse("sip:alice@ims.example"),
                    LocalEndPoint = new(options.LocalEndPoint.Address, 0),
                    Trace = m => { if (m.IsOutgoing) { ladder.Draw(fromLeft: true, m); file?.Write(m); } },
                },
                cancellationToken);

            if (people)
            {
                HumanReporter.Say(HumanReporter.Safe($"alice {alice.Address}   bob {bob.Address}"));
                HumanReporter.Say(string.Empty);
                ladder.Head();
            }

            Task<ImageShareResult> receiving = ReceiveAsync(bob, ImageStore.InDirectory(Path.Combine(folder.FullName, "inbox")), cancellationToken);
            await using ImageShareSession session =
                await alice.ShareAsync(bob.Address, ImageSource.FromFile(source), new ShareSettings { Icon = icon }, cancellationToken);
            ImageShareResult sent = await reporter.FollowAsync(session, cancellationToken);
            if (!sent.IsCompleted)
            {
                return FollowedShare.ExitStatusOf(sent, cancellationToken);
            }

            ImageShareResult received = (await receiving.WaitAsync(cancellationToken)).ThrowIfNotCompleted();
            ladder.CloseRun();
            string expected = await HashAsync(source, cancellationToken);
            string actual = await HashAsync(received.Stored!.Path!, cancellationToken);
            if (expected != actual)
            {
                reporter.Failed(ImageShareError.HashMismatch, $"Bob's file has SHA-1 {actual}, Alice's {expected}.", null, null);
                return ExitStatus.Failed;
            }

            if (reporter is HumanReporter human)
            {
                HumanReporter.Say("Bob's file, read back from disk, has the same SHA-1.");
                human.Show(received.Stored!.Path!);
            }

            return ExitStatus.Done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<ImageShareResult> ReceiveAsync(ImageShareClient client, IImageStore store, CancellationToken cancellationToken)
    {
        await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(cancellationToken))
        {
            ImageShareSession session = await invitation.AcceptAsync(store, cancellationToken);
            return await session.Completion;
        }

        throw new ImageShareException(ImageShareError.InvalidState, "No invitation arrived; share again.");
    }

    private static async Task<string> UnpackAsync(string name, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder.FullName, name);
        await using Stream packed = typeof(DemoCommand).Assembly.GetManifestResourceStream(name)!;
        await using FileStream unpacked = File.Create(path);
        await packed.CopyToAsync(unpacked, cancellationToken);
        return path;
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(path);
        return Convert.ToHexString(await SHA1.HashDataAsync(stream, cancellationToken));
    }
}
