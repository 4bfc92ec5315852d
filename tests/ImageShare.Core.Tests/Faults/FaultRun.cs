using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Cli;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Faults;

/// <summary>A listener, a sender and the link between them; and what must hold after whatever happened to them.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    /// <summary>Only for a machine that is very busy.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    private const string Next = "next.png";

    // Of programs of which nothing is expected that takes its time.
    private const string LongTimeout = "30";

    private readonly Folder _folder = new();
    private readonly byte[] _image;
    private readonly string _timeout;

    // When both results are due: a slow transfer ends within twice the timeout, the other of SIP and MSRP then gets 5 s to explain, and BYE 4 s to be answered (docs/testing.md).
    private readonly TimeSpan _limit;
    private string[] _listenOptions = [];
    private string _target = string.Empty;
    private ProgramSocket[] _atRest = [];

    private FaultRun(int size, int timeoutSeconds, string? inbox)
    {
        _image = TestImage.Png(size);
        _timeout = timeoutSeconds.ToString(CultureInfo.InvariantCulture);
        _limit = TimeSpan.FromSeconds((2 * timeoutSeconds) + 5 + 4) + Slack;
        Inbox = inbox ?? Path.Combine(_folder.Outer, "received");
    }

    public CliProcess Receiver { get; private set; } = null!;

    public CliProcess Sender { get; private set; } = null!;

    public FaultLink Link { get; private set; } = null!;

    public string Inbox { get; }

    /// <summary>The file that is sent.</summary>
    public string Picture => Path.Combine(_folder.Path, "picture.png");

    /// <summary>What is in the inbox, hidden files too, with its size; without that of the next share.</summary>
    public string[] Stored => Directory.Exists(Inbox)
        ? [.. new DirectoryInfo(Inbox).GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 }).Where(static file => file.Name != Next).Select(static file => $"{file.Name} {file.Length}").Order(StringComparer.Ordinal)]
        : [];

    /// <summary>A small picture that makes an invitation large.</summary>
    public string Icon() => _folder.File("icon.png", TestImage.Png(1500));

    /// <summary>Starts the listener and the link to it.</summary>
    /// <param name="size">The size of the image.</param>
    /// <param name="listenOptions">Further options of the listener.</param>
    /// <param name="inbox">Where the receiver stores; null for a new folder.</param>
    /// <param name="timeoutSeconds">The --timeout of both programs.</param>
    public static async Task<FaultRun> StartAsync(int size, string[] listenOptions, string? inbox = null, int timeoutSeconds = 4)
    {
        var run = new FaultRun(size, timeoutSeconds, inbox);
        try
        {
            await File.WriteAllBytesAsync(run.Picture, run._image);
            run._listenOptions = listenOptions;
            await run.ListenAsync(run._timeout);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    public void Send(params string[] options) => Sender = StartSender(Picture, options);

    /// <summary>
    /// Starts a run and brings its share to a point, again if it ended before: on a machine that is very busy the timeouts of the programs, which are
    /// short so that the tests are, may be too short.
    /// </summary>
    /// <param name="start">Starts the listener and the link.</param>
    /// <param name="send">Starts the sender.</param>
    /// <param name="reach">Waits for the point.</param>
    public static async Task<FaultRun> EnterAsync(Func<Task<FaultRun>> start, Action<FaultRun> send, Func<FaultRun, Task> reach)
    {
        for (int attempt = 1; ; attempt++)
        {
            FaultRun run = await start();
            try
            {
                send(run);
                Task reached = reach(run);
                if (await Task.WhenAny(reached, run.Sender.ExitedAsync()) == reached || attempt == 3)
                {
                    await reached;
                    return run;
                }
            }
            catch
            {
                await run.DisposeAsync();
                throw;
            }

            await run.DisposeAsync();
        }
    }

    /// <summary>Waits for the end of the sender's program.</summary>
    public async Task<Ending> SenderEndAsync()
    {
        CliResult result = await Sender.EndAsync().WaitAsync(_limit);
        result.AssertNoStackTrace();
        Assert.That(result.Lines, Is.Not.Empty, result.Errors);
        return Ending.Of(result.Last, result.Status);
    }

    /// <summary>Waits for the end of the share in the listener's program, which goes on.</summary>
    public async Task<Ending> ReceiverEndAsync() => Ending.Of(await Receiver.EventAsync("result", Ending.IsEnding).WaitAsync(_limit));

    /// <summary>Waits until this many bytes have arrived.</summary>
    public Task ReceivedAsync(long bytes) =>
        Receiver.EventAsync($"progress to {bytes}", json => json.GetProperty("event").GetString() == "progress" && json.GetProperty("bytes").GetInt64() >= bytes);

    /// <summary>Waits until the image has its name in the inbox.</summary>
    public Task StoredAsync() => UntilAsync(() => Stored is [var only] && only == Whole);

    /// <summary>Waits until the sender is in a state.</summary>
    public Task SenderStateAsync(string state) =>
        Sender.EventAsync($"state {state}", json => json.TryGetProperty("state", out JsonElement now) && now.GetString() == state);

    /// <summary>The inbox has the whole image if the receiver says so, and otherwise nothing; a sender says so only if it is there.</summary>
    public void AssertInbox(Ending? sender, Ending? receiver)
    {
        Assert.That(Stored, Is.EqualTo(receiver?.IsCompleted is true ? [Whole] : Array.Empty<string>()));
        if (receiver is { IsCompleted: true })
        {
            Assert.That(File.ReadAllBytes(Path.Combine(Inbox, "picture.png")), Is.EqualTo(_image));
        }

        Assert.That(sender?.IsCompleted is not true || receiver?.IsCompleted is true, "the sender claims what the receiver does not have");
    }

    /// <summary>Waits for both results and checks them, the inbox, and that the listener goes on.</summary>
    /// <param name="expectedOfSender">The result of the sender, or several separated by "or".</param>
    /// <param name="expectedOfReceiver">The result of the receiver, or several.</param>
    /// <param name="repair">What the next share needs.</param>
    /// <returns>The results.</returns>
    public async Task<string> AssertEndsAsync(string expectedOfSender, string expectedOfReceiver, Action? repair = null)
    {
        Task<Ending> sending = SenderEndAsync();
        Ending receiver = await ReceiverEndAsync();
        Ending sender = await sending;
        sender.AssertIs(expectedOfSender);
        receiver.AssertIs(expectedOfReceiver);
        Assert.That(sender.Status, Is.EqualTo(sender.IsCompleted ? 0 : 1));
        AssertInbox(sender, receiver);
        repair?.Invoke();
        await AssertReceiverGoesOnAsync();
        return $"sender: {sender}\nreceiver: {receiver}";
    }

    /// <summary>A killed receiver may leave a beginning, under no name that a user sees; or the whole.</summary>
    public void AssertInboxOfKilled(Ending? sender)
    {
        Assert.That(Stored, Is.All.Matches<string>(name => name! == Whole || (name![0] == '.' && name.Contains(".part ", StringComparison.Ordinal))));
        Assert.That(sender?.IsCompleted is not true || Stored.Contains(Whole), "the sender claims what the receiver does not have");
    }

    /// <summary>
    /// The listener has no other sockets than before the share, takes the next one, and ends when asked: nothing in it is left or stuck. Each
    /// invitation had one result.
    /// </summary>
    /// <returns>The results of the shares before the next one.</returns>
    public async Task<Ending[]> AssertReceiverGoesOnAsync()
    {
        Link.Sip.Hold = null;
        Link.Restore();
        await UntilAsync(() => ProgramSocket.Of(Receiver.Id).Length <= _atRest.Length);
        Assert.That(ProgramSocket.Of(Receiver.Id), Is.EquivalentTo(_atRest));
        await AssertNextShareAsync();
        Receiver.Signal("TERM");
        CliResult ended = await Receiver.EndAsync();
        Assert.That(ended.Status, Is.EqualTo(130));
        ended.AssertNoStackTrace();
        JsonElement[] results = [.. ended.Events.Where(Ending.IsEnding)];
        Assert.That(ended.Events.Count(static json => json.GetProperty("event").GetString() == "invitation"), Is.EqualTo(results.Length));
        return [.. results.Where(static json => json.GetProperty("name").GetString() != Next).Select(static json => Ending.Of(json))];
    }

    /// <summary>A listener that is started after the end of the first one removes what that left, and takes the next share.</summary>
    public async Task AssertNextReceiverWorksAsync()
    {
        await Receiver.DisposeAsync();
        await Link.DisposeAsync();
        await ListenAsync(LongTimeout);
        Assert.That(Stored, Is.All.EqualTo(Whole));
        await AssertNextShareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (CliProcess? program in (CliProcess?[])[Sender, Receiver])
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        if (Link is not null)
        {
            await Link.DisposeAsync();
        }

        _folder.Dispose();
    }

    private string Whole => $"picture.png {_image.Length}";

    private async Task ListenAsync(string timeout)
    {
        Receiver = CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--json", "--timeout", timeout, .. FaultLink.ReceiverOptions, .. _listenOptions]);
        _target = (await Receiver.EventAsync("listening")).GetProperty("sip").GetString()!;
        Link = FaultLink.To(Receiver.Id);
        _atRest = ProgramSocket.Of(Receiver.Id);
    }

    private CliProcess StartSender(string image, string[] options) =>
        CliProcess.Start(["send", image, _target, "--identity", "sip:alice@ims.example", "--json", "--timeout", _timeout, .. FaultLink.SenderOptions, .. options]);

    private async Task AssertNextShareAsync()
    {
        byte[] next = TestImage.Png(50_000, seed: 5);
        await using ImageShareClient sender = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:carol@ims.example"),
            LocalEndPoint = new IPEndPoint(FaultLink.Sender, 0),
            Advertised = new AdvertisedAddress(FaultLink.SenderAdvertised.ToString()),
        });
        await using ImageShareSession session = await sender.ShareAsync(SipUri.Parse(_target), SharePair.Image(next, Next));
        if (_listenOptions.Contains("ask"))
        {
            await Receiver.EventAsync("invitation");

            // If an earlier question was left open, a line that comes before the next one is shown answers none.
            do
            {
                await Receiver.AnswerAsync("y");
            }
            while (await Task.WhenAny(session.Completion, Task.Delay(500)) != session.Completion);
        }

        ImageShareResult sent = await session.Completion.WaitAsync(_limit);
        Assert.That(sent.IsCompleted, sent.Message);
        JsonElement received = await Receiver.EventAsync("result of the next share", static json => Ending.IsEnding(json) && json.GetProperty("name").GetString() == Next);
        Assert.That(received.GetProperty("event").GetString(), Is.EqualTo("completed"));
        Assert.That(await File.ReadAllBytesAsync(received.GetProperty("path").GetString()!), Is.EqualTo(next));
    }

    // Of what another process does there is no event; the limit is only for what never comes.
    private async Task UntilAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(start) < _limit)
        {
            await Task.Delay(50);
        }
    }
}
