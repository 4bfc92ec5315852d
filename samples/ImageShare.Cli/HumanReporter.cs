using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using Spectre.Console;

namespace ImageShare.Cli;

/// <summary>Lines and a progress bar for a person; plain lines when standard output is no terminal. Errors go to standard error.</summary>
internal sealed class HumanReporter(bool showMessages) : IReporter
{
    private int _barTaken;
    private int _following;
    private volatile bool _isSeveral;
    private readonly bool _interactive = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    static HumanReporter()
    {
        if (Console.IsOutputRedirected)
        {
            // A file or a pipe: no colours, and lines as long as they are.
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Width = 1000;
        }
    }

    public void Listening(SipUri address)
    {
        bool isTls = address.IsSecure || string.Equals(address.Parameters.GetValue("transport"), "tls", StringComparison.OrdinalIgnoreCase);
        Say($"Listening on [bold]{Safe(address.ToString())}[/] ({(isTls ? "TLS" : "UDP and TCP")}). Ctrl-C ends it.");
    }

    public void Asking(SipUri peer) => Say($"Asking {Safe(peer.ToString())} what it can do. An answer may take half a minute.");

    public void Invitation(ImageShareInvitation invitation)
    {
        _isSeveral |= invitation.Together.Count > 1;
        InvitedImage image = invitation.Image;
        string size = image.Size is { } octets ? Shown.Octets(octets) : "size unknown";
        string icon = invitation.Icon is { } given ? $", icon {Shown.Octets(given.Content.Length)}" : string.Empty;
        Say($"[bold]{Safe(invitation.Caller.ToString())}[/] wants to share [bold]{Safe(image.Name ?? "an image without a name")}[/] ({Safe(image.Type?.Essence ?? "type unknown")}, {size}{icon}).");
    }

    public void NoImages(string folder) => Say($"No image was found in {Safe(folder)}: there is nothing to fetch. What is put there now is served all the same.");

    public void Request(ImageRequest request)
    {
        string image = request.Wanted.Name ?? (request.Wanted.Hashes is [var hash, ..] ? $"the image with hash {Convert.ToHexString(hash.Value.AsSpan())}" : "an image");
        Say($"[bold]{Safe(request.Caller.ToString())}[/] asks for [bold]{Safe(image)}[/].");
    }

    public void Capabilities(SipUri peer, ImageShareCapabilities capabilities)
    {
        if (!capabilities.CanShareImages)
        {
            Say($"{Safe(peer.ToString())} [red]cannot share images[/] (it answered {capabilities.SipStatus}).");
            return;
        }

        Say($"{Safe(peer.ToString())} [green]can share images[/].");
        Say($"  shown by  {(capabilities.Evidence switch { CapabilityEvidence.Iari => "the Image Share tag in its Contact", CapabilityEvidence.Sdp => "its SDP", _ => "the Image Share tag in its Contact, and its SDP" })}");
        if (capabilities.AcceptedTypes.Count > 0)
        {
            Say($"  takes     {Safe(string.Join(' ', capabilities.AcceptedTypes))}");
        }

        if (capabilities.MaxSize is { } maxSize)
        {
            Say($"  at most   {Shown.Octets(maxSize)}");
        }

        if (capabilities.ServesImages == true)
        {
            Say("  serves    images that can be fetched");
        }

        if (capabilities.Software is { } software)
        {
            Say($"  software  {Safe(software)}");
        }
    }

    public void Sending(string name, int number, int count)
    {
        _isSeveral = true;
        Say($"[bold]{Safe(name)}[/] ({number} of {count})");
    }

    public void Trace(ImageShareTraceEvent message)
    {
        if (showMessages)
        {
            string arrow = message.IsOutgoing ? "[blue]-->[/]" : "[green]<--[/]";
            Say($"[grey]{arrow} {message.Protocol,-8} {Safe(message.StartLine)}{(message.Detail is { } detail ? "  " + Safe(detail) : string.Empty)}[/]");
        }
    }

    public async Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        // There is room for one moving bar; what runs beside it speaks in lines.
        bool bar = _interactive && Interlocked.Exchange(ref _barTaken, 1) == 0;
        ImageShareResult result;
        Interlocked.Increment(ref _following);
        if (bar)
        {
            result = await FollowWithBarAsync(session, cancellationToken);
            Volatile.Write(ref _barTaken, 0);
        }
        else
        {
            result = await FollowWithLinesAsync(session, cancellationToken);
        }

        Interlocked.Decrement(ref _following);

        if (result.IsCompleted)
        {
            string verified = session.IsOutgoing ? "every byte acknowledged" : result.IsVerified ? "hash verified" : "no hash was offered";
            Say($"[green]Completed[/]: {(_isSeveral ? Safe(session.ImageName) + ", " : string.Empty)}{Shown.Octets(result.BytesTransferred)}, {verified}.");
            if (result.Sha1 is { } sha1)
            {
                Say($"  SHA-1     {sha1}");
            }

            if (result.Stored?.Path is { } path)
            {
                Say($"  stored    {Safe(path)}");
            }

            foreach (string warning in result.Warnings)
            {
                Say($"  [grey]{Safe(Shown.Warning(warning))}[/]");
            }
        }
        else
        {
            Failed(result.Error, result.Message ?? string.Empty, result.SipStatus, result.MsrpStatus, ShareName.Of(session));
        }

        return result;
    }

    public void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null) =>
        StandardError.Say((_isSeveral && of?.Image is { } name ? Shown.Text(name, 60) + ": " : string.Empty) + Shown.Text(message, 500));

    public static void Say(string markup) => AnsiConsole.MarkupLine(markup);

    public static string Safe(string? text) => Markup.Escape(Shown.Text(text));

    private static async Task<ImageShareResult> FollowWithBarAsync(ImageShareSession session, CancellationToken cancellationToken) =>
        await AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask(Shown.State(session.State), maxValue: Math.Max(1, session.Progress.Total ?? 1));
                void OnState(ImageShareSession _, ImageShareState state) => bar.Description = Shown.State(state);
                void OnProgress(ImageShareSession _, ImageShareProgress progress) => bar.Value = progress.Bytes;
                session.StateChanged += OnState;
                session.ProgressChanged += OnProgress;
                ImageShareResult result = await FollowedShare.WaitAsync(session, cancellationToken);
                session.StateChanged -= OnState;
                session.ProgressChanged -= OnProgress;
                return result;
            });

    private async Task<ImageShareResult> FollowWithLinesAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        int quarters = 0;

        // Of several at once, each line says whose it is.
        string Subject() => Volatile.Read(ref _following) > 1 ? Safe(session.ImageName) + ": " : string.Empty;
        session.StateChanged += (_, state) =>
        {
            if (state < ImageShareState.Completed)
            {
                Say(Subject() + Shown.State(state));
            }
        };
        session.ProgressChanged += (_, progress) =>
        {
            if (progress.Total is > 0 and { } total && progress.Bytes * 4 / total is { } now && now > quarters)
            {
                quarters = (int)now;
                Say($"  {Subject()}{progress.Bytes * 100 / total,3} %  {Shown.Octets(progress.Bytes)}");
            }
        };
        Say(Subject() + Shown.State(session.State));
        return await FollowedShare.WaitAsync(session, cancellationToken);
    }
}
