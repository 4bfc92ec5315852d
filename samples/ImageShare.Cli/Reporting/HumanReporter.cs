using ImageShare.Cli.Shares;
using ImageShare.Cli.Terminals;
using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;
using Spectre.Console;

namespace ImageShare.Cli.Reporting;

/// <summary>Lines and a progress bar for a person; plain lines when standard output is no terminal. Errors go to standard error.</summary>
internal sealed class HumanReporter(bool showMessages) : IReporter
{
    private readonly RegistrationLines _registration = new(TimeProvider.System);
    private int _following;
    private int _invitations;
    private volatile bool _isSeveral;
    private static readonly Terminal Screen = StandardTerminal.Instance;
    private readonly bool _showsBars = Screen.IsLive;

    static HumanReporter()
    {
        if (Console.IsOutputRedirected)
        {
            // For a file or a pipe: no colours, no line wrapping.
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Width = 1000;
        }
    }

    public void Listening(SipUri address)
    {
        bool isTls = address.IsSecure || string.Equals(address.Parameters.GetValue("transport"), "tls", StringComparison.OrdinalIgnoreCase);
        Say($"Listening on [bold]{Safe(address.ToString())}[/] ({(isTls ? "TLS" : "UDP and TCP")}). Ctrl-C ends it.");
    }

    public void Registration(SipUri identity, SipRegistrationState state)
    {
        if (_registration.Next(identity, state) is { } line)
        {
            Say(line);
        }
    }

    public void RegistrationDetails(SipRegistrationState state) => Say(RegistrationLines.Details(state));

    public void Asking(SipUri peer) => Say($"Querying the capabilities of {Safe(peer.ToString())}. An answer may take half a minute.");

    public void Invitation(ImageShareInvitation invitation)
    {
        _isSeveral |= invitation.SameSession.Count > 1 || Interlocked.Increment(ref _invitations) > 1;
        InvitedImage image = invitation.Image;
        string size = image.Size is { } bytes ? Shown.Bytes(bytes) : "size unknown";
        string icon = invitation.Icon is { } given ? $", icon {Shown.Bytes(given.Content.Length)}" : string.Empty;
        Say($"[bold]{Safe(invitation.Caller.ToString())}[/] wants to share [bold]{Safe(image.Name ?? "an image without a name")}[/] ({Safe(image.Type?.Essence ?? "type unknown")}, {size}{icon}).");
    }

    public void NoImages(string folder) => Say($"No image was found in {Safe(folder)}: there is nothing to fetch yet. Images added now are served as well.");

    public void Request(ImageRequest request)
    {
        string image = request.Wanted.Name ?? (request.Wanted.Hashes is [var hash, ..] ? $"the image with hash {Convert.ToHexString(hash.Value.AsSpan())}" : "an image");
        Say($"[bold]{Safe(request.Caller.ToString())}[/] asks for [bold]{Safe(image)}[/].");
    }

    public void Capabilities(SipUri peer, ImageShareCapabilities capabilities)
    {
        if (capabilities.Message is { } message)
        {
            Say($"Whether {Safe(peer.ToString())} can share images is [yellow]not known[/]: {Safe(message)} (SIP {capabilities.SipStatus})");
            return;
        }

        if (capabilities.Support is ImageShareSupport.Unknown)
        {
            Say($"{Safe(peer.ToString())} answered {capabilities.SipStatus} without saying what it supports: whether it can share images is [yellow]not known[/]. 'send --no-query' invites it without asking.");
            return;
        }

        if (!capabilities.CanShareImages)
        {
            Say($"{Safe(peer.ToString())} {ReachedPeer.Of(capabilities).Words(capabilities.SipStatus)}");
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
            Say($"  at most   {Shown.Bytes(maxSize)}");
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
            Say($"[grey]{arrow} {message.Protocol,-8} {Safe(message.StartLine)}{(message.Detail is { } detail ? "  " + Safe(detail) : string.Empty)}[/]{(message.Problem is { } problem ? $"  [red]not read: {Safe(problem)}[/]" : string.Empty)}");
        }
    }

    public async Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _following);
        ImageShareResult result = _showsBars ? await FollowWithBarAsync(session, cancellationToken) : await FollowWithLinesAsync(session, cancellationToken);
        Interlocked.Decrement(ref _following);

        if (result.IsCompleted)
        {
            List<string> lines = [];
            string verified = session.IsOutgoing ? "every byte acknowledged" : result.IsVerified ? "hash verified" : "no hash was offered";
            lines.Add($"[green]Completed[/]: {(_isSeveral ? Safe(session.ImageName) + ", " : string.Empty)}{Shown.Bytes(result.BytesTransferred)}, {verified}.");
            if (result.Sha1 is { } sha1)
            {
                lines.Add($"  SHA-1     {sha1}");
            }

            if (result.Stored?.Path is { } path)
            {
                lines.Add($"  stored    {Safe(path)}");
            }

            lines.AddRange(result.Warnings.Select(static warning => $"  [grey]{Safe(Shown.Warning(warning))}[/]"));
            Say([.. lines]);
        }
        else
        {
            Failed(result.Error, result.Message ?? string.Empty, result.SipStatus, result.MsrpStatus, ShareName.Of(session));
        }

        return result;
    }

    public void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null) =>
        StandardError.Say((_isSeveral && of?.Image is { } name ? Shown.Text(name, 60) + ": " : string.Empty) + Shown.Text(message, 500));

    public void WrongUsage(string message) => StandardError.Say(message);

    /// <summary>Writes several lines without others between them.</summary>
    public static void Say(params string[] markup) => Screen.Write(() =>
    {
        foreach (string line in markup)
        {
            AnsiConsole.MarkupLine(line);
        }
    });

    public static string Safe(string? text) => Markup.Escape(Shown.Text(text));

    private static async Task<ImageShareResult> FollowWithBarAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        var row = new ProgressRow(Shown.Text(session.ImageName, 30), TimeProvider.System) { State = Shown.State(session.State), Total = session.Progress.Total };
        void OnState(ImageShareSession _, ImageShareState state) => Screen.Update(row, () => row.State = Shown.State(state));
        void OnProgress(ImageShareSession _, ImageShareProgress progress) => Screen.Update(row, () =>
        {
            row.Total = progress.Total;
            row.Reach(progress.Bytes);
        });
        Screen.Add(row);
        session.StateChanged += OnState;
        session.ProgressChanged += OnProgress;
        try
        {
            return await FollowedShare.WaitAsync(session, cancellationToken);
        }
        finally
        {
            session.StateChanged -= OnState;
            session.ProgressChanged -= OnProgress;
            Screen.Remove(row);
        }
    }

    private async Task<ImageShareResult> FollowWithLinesAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        int quarters = 0;

        // With several shares at once, each line names its share.
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
                Say($"  {Subject()}{progress.Bytes * 100 / total,3} %  {Shown.Bytes(progress.Bytes)}");
            }
        };
        Say(Subject() + Shown.State(session.State));
        return await FollowedShare.WaitAsync(session, cancellationToken);
    }
}
