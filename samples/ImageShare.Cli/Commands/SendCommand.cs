using System.CommandLine;
using ImageShare.Cli.Metadata;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare send IMAGE... TARGET</c>: query, invitation, transfer and teardown for each image, or for all together.</summary>
internal static class SendCommand
{
    public static Command Create(CommonOptions common)
    {
        var images = new Argument<string[]>("image")
        {
            Description = "The picture to share: a file, a folder, a pattern such as '*.jpg', or - for standard input. Several are shared one after another, each in its own session",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
            {
                // The last argument is the target.
                result.OnlyTake(Math.Max(1, result.Tokens.Count - 1));
                return [.. result.Tokens.Select(static token => token.Value)];
            },
        };
        var target = new Argument<SipUri>("target") { Description = "The peer to share it with, e.g. sip:bob@127.0.0.1:5070", CustomParser = CommonOptions.ParseUri };
        var icons = new Option<FileInfo[]>("--icon") { Description = "A small preview for the peer's user; with several images give it once for each, in order", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "The name of the picture from standard input", HelpName = "NAME" };
        Option<MediaType?> type = CommonOptions.TypeOfImage("The type of the picture from standard input, e.g. image/png");
        var noIcon = new Option<bool>("--no-icon") { Description = "Send no icon (default: a small one is made from the picture, unless --transport is udp: the invitation would be too large for it)" };
        var strip = new Option<bool>("--strip-metadata") { Description = $"Send a copy without the place, Exif, XMP, IPTC and comments; the pixels are not touched. For {PictureMetadata.Formats}" };
        var chunkSize = new Option<int?>("--chunk-size")
        {
            Description = "Bytes per MSRP chunk (default: the profile's, 2048)",
            HelpName = "N",
            CustomParser = result => int.TryParse(result.Tokens[0].Value, out int number) && number is > 0 and <= 1024 * 1024 * 1024
                ? number
                : CommonOptions.Refuse<int?>(result, "is not a number of bytes from 1 to 1073741824"),
        };
        Option<long?> maxRate = CommonOptions.Bytes("--max-rate", $"Maximum rate in bytes per second; {CommonOptions.LeastRate}");
        maxRate.HelpName = "BYTES_PER_S";
        var resume = new Option<bool>("--resume") { Description = "Resume an interrupted 'send --resume' of the same image to the same target" };
        var together = new Option<bool>("--together") { Description = "Offer several pictures in one session: the peer accepts or declines each" };
        Option<bool> noQuery = CommonOptions.NoQuery();
        var command = new Command("send", "Share images with a peer") { images, target, name, type, icons, noIcon, strip, chunkSize, maxRate, resume, together, noQuery };
        common.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(icons) is not null && result.GetResult(noIcon) is not null)
            {
                result.AddError("Use --icon or --no-icon, not both.");
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
                using PicturesToSend found = await PicturesToSend.FindAsync(
                    parsed.GetRequiredValue(images), parsed.GetValue(icons) ?? [], parsed.GetValue(name), parsed.GetValue(type), reporter, cancellationToken);
                using var preparation = new PicturePreparation(reporter)
                {
                    MakesIcons = !parsed.GetValue(noIcon) && options.Transport != SipTransportChoice.Udp && options.Profile.Icon != IconForm.None,
                    Strips = parsed.GetValue(strip),
                };
                PictureToSend[] pictures = preparation.Prepare(found.Pictures, cancellationToken);
                await using ImageShareClient client = await StartedClient.StartAsync(reporter, options, cancellationToken);
                var sender = new Sender(reporter, client, peer)
                {
                    Settings = new ShareSettings
                    {
                        ChunkSize = parsed.GetValue(chunkSize),
                        MaxBytesPerSecond = parsed.GetValue(maxRate),
                        QueryFirst = !parsed.GetValue(noQuery),
                    },
                    Resumes = parsed.GetValue(resume),
                };
                return parsed.GetValue(together)
                    ? await sender.SendTogetherAsync(pictures, cancellationToken)
                    : await sender.SendEachAsync(pictures, cancellationToken);
            });
        });
        return command;
    }
}
