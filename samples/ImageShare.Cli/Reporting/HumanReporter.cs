using System.Globalization;
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
internal sealed class HumanReporter(bool showMessages, TimeSpan timeout, TerminalPictures pictures) : IReporter
{
    // Hashing less than this is over before anybody wonders.
    private const long LargeFile = 32 * 1024 * 1024;

    // So is waiting for less than this.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(1);

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

    /// <summary>Whether the messages are drawn as they pass: lines about the state would stand between them.</summary>
    public bool IsDrawn { get; init; }

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

    public async Task RegisteringAsync(SipUri identity, Func<Task> register)
    {
        string name = Shown.Text(identity.ToString(), 60);
        Task registering = register();
        if (await Task.WhenAny(registering, Task.Delay(Unnoticed)) != registering && !_showsBars)
        {
            Say($"Waiting for the registrar of {Markup.Escape(name)}. An answer may take half a minute.");
        }

        await ShowWhileAsync(name, "registering", () => registering);
    }

    public void RegistrationDetails(SipRegistrationState state) => Say(RegistrationLines.Details(state));

    public void Asking(SipUri peer) => Say($"Querying the capabilities of {Safe(peer.ToString())}. An answer may take half a minute.");

    public void Invitation(ImageShareInvitation invitation)
    {
        _isSeveral |= invitation.SameSession.Count > 1 || Interlocked.Increment(ref _invitations) > 1;
        InvitedImage image = invitation.Image;
        string size = image.Size is { } bytes ? Shown.Bytes(bytes) : "size unknown";
        string icon = invitation.Icon is { } given ? $", icon {Shown.Bytes(given.Content.Length)}" : string.Empty;
        string line = $"[bold]{Safe(invitation.Caller.ToString())}[/] wants to share [bold]{Safe(image.Name ?? "an image without a name")}[/] ({Safe(image.Type?.Essence ?? "type unknown")}, {size}{icon}).";
        Say([line], invitation.Icon is { } shown ? pictures.OfIcon(shown.Content) : []);
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

    public void LeftOut(string path, string reason) => Say($"[grey]left out: {Safe(path)} ({reason switch
    {
        "NotAnImage" => "no image by its first bytes",
        "Empty" => "empty",
        "Link" => "a link; name it to send it",
        _ => "cannot be read",
    }})[/]");

    public async Task<T> ReadAsync<T>(string name, long? size, Func<Task<T>> read)
    {
        if (size is not { } bytes || bytes < LargeFile)
        {
            return await read();
        }

        string state = $"reading and hashing {Shown.Bytes(bytes)}";
        if (!_showsBars)
        {
            Say($"{Safe(name)}: {state}");
            return await read();
        }

        Task<T>? reading = null;
        await ShowWhileAsync(Shown.Text(name, 30), state, () => reading = read());
        return await reading!;
    }

    // A row that says for how long something goes on, where rows can be shown.
    private async Task ShowWhileAsync(string name, string state, Func<Task> work)
    {
        if (!_showsBars)
        {
            await work();
            return;
        }

        var row = new ProgressRow(name, TimeProvider.System) { State = state };
        Screen.Add(row);
        await using var beat = new Timer(_ => Screen.Update(row, static () => { }), null, 1000, 1000);
        try
        {
            await work();
        }
        finally
        {
            Screen.Remove(row);
        }
    }

    public void Executed(ExecutedCommand command)
    {
        string program = Shown.Text(Path.GetFileName(command.Program));
        if (command.IsSuccess)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"  ran       {Markup.Escape(program)} for {Safe(Path.GetFileName(command.Path))} ({command.Took.TotalSeconds:0.0} s)"));
        }
        else
        {
            string problem = command.Problem ?? $"it ended with status {command.ExitStatus}";
            StandardError.Say($"--exec {program} for {Shown.Text(command.Path)}: {Shown.Text(problem)}.");
        }
    }

    public void NoIcon(string name, string reason) => Say($"[bold]{Safe(name)}[/] {Safe(reason)}: no icon is made of it.");

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
        FollowedResult followed = await WatchAsync(session, cancellationToken);
        ImageShareResult result = followed.Result;

        if (result.IsCompleted)
        {
            List<string> lines = [];
            string verified = session.IsOutgoing ? "every byte acknowledged" : result.IsVerified ? "hash verified" : "no hash was offered";
            lines.Add($"[green]Completed[/]: {(_isSeveral ? Safe(session.ImageName) + ", " : string.Empty)}{Shown.Bytes(result.BytesTransferred)}{Speed(followed)}, {verified}.");
            if (result.Sha1 is { } sha1)
            {
                lines.Add($"  SHA-1     {sha1}");
            }

            if (result.Stored?.Path is { } path)
            {
                lines.Add($"  stored    {Safe(path)}");
            }

            lines.AddRange(result.Warnings.Select(static warning => $"  [grey]{Safe(Shown.Warning(warning))}[/]"));

            // One that is not what it was announced as is not decoded.
            Say([.. lines], result is { Stored.Path: { } stored, Warnings.Count: 0 } ? pictures.OfFile(stored) : []);
        }
        else
        {
            Failed(result.Error, result.Message ?? string.Empty, result.SipStatus, result.MsrpStatus, ShareName.Of(session));
        }

        return result;
    }

    private async Task<FollowedResult> WatchAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _following);
        try
        {
            using RowWatcher? row = _showsBars ? new RowWatcher(session, Screen) : null;
            IShareWatcher watcher = row is not null ? row : IsDrawn ? new NoWatcher() : new LineWatcher(session, () => Volatile.Read(ref _following) > 1);
            return await FollowedShare.WaitAsync(session, watcher, timeout, TimeProvider.System, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _following);
        }
    }

    public void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null) =>
        StandardError.Say((_isSeveral && of?.Image is { } name ? Shown.Text(name, 60) + ": " : string.Empty) + Shown.Text(message, 500));

    public void WrongUsage(string message) => StandardError.Say(message);

    /// <summary>Shows an image, if the terminal can.</summary>
    public void Show(string path) => Say([], pictures.OfFile(path));

    /// <summary>Writes several lines without others between them.</summary>
    public static void Say(params string[] markup) => Say(markup, []);

    // A picture has its own escape sequences.
    private static void Say(string[] markup, string[] picture) => Screen.Write(() =>
    {
        foreach (string line in markup)
        {
            AnsiConsole.MarkupLine(line);
        }

        foreach (string line in picture)
        {
            Console.Out.WriteLine(line);
        }
    });

    private static string Speed(FollowedResult followed) => followed.Rate is not { } rate ? string.Empty
        : string.Create(CultureInfo.InvariantCulture, $" in {Shown.Duration(followed.Took)} ({Shown.Bytes(rate)}/s)");

    public static string Safe(string? text) => Markup.Escape(Shown.Text(text));
}
