using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ImageShare.Core.Tests.Cli;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Faults;

/// <summary>A listener and a sender on two machines with a cable between them.</summary>
internal sealed class CableRun : IAsyncDisposable
{
    private const int Size = 4_000_000;
    private static readonly byte[] Image = TestImage.Png(Size);

    private readonly Folder _folder = new();
    private readonly string _picture;
    private readonly string _timeout;
    private bool _asks;
    private CliProcess? _sender;
    private CliProcess _receiver = null!;
    private ProgramSocket[] _atRest = [];
    private string _target = string.Empty;

    private CableRun(NetworkNamespaces machines, int timeoutSeconds)
    {
        _timeout = timeoutSeconds.ToString(CultureInfo.InvariantCulture);
        Machines = machines;
        _picture = _folder.File("picture.png", Image);
    }

    public NetworkNamespaces Machines { get; }

    private string Inbox => Path.Combine(_folder.Outer, "received");

    public static async Task<CableRun> StartAsync(int timeoutSeconds, string accept = "auto")
    {
        var run = new CableRun(new NetworkNamespaces(), timeoutSeconds);
        try
        {
            run._receiver = CliProcess.StartUnder(
                run.Machines.AtReceiver,
                ["listen", "--identity", "sip:bob@ims.example", "--inbox", run.Inbox, "--accept", accept, "--timeout", run._timeout, "--json", "--bind", NetworkNamespaces.ReceiverAddress + ":0"]);
            run._target = (await run._receiver.EventAsync("listening")).GetProperty("sip").GetString()!;
            run._asks = accept == "ask";
            run._atRest = ProgramSocket.Of(run._receiver.Id);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    public void Send() => _sender = StartSender();

    public Task KillSenderAsync() => _sender!.KillAsync();

    /// <summary>Starts the sender, and waits until the image is on its way.</summary>
    /// <returns>Whether it came so far.</returns>
    public async Task<bool> SendAsync()
    {
        Send();
        JsonElement first = await _receiver.EventAsync("progress or result", static json => Ending.IsEnding(json) || json.GetProperty("event").GetString() == "progress");
        return !Ending.IsEnding(first);
    }

    /// <summary>Waits until the receiver is asked, and the sender knows.</summary>
    public async Task RingingAsync()
    {
        await _receiver.EventAsync("invitation");
        await _sender!.EventAsync("state Ringing", static json => json.TryGetProperty("state", out JsonElement now) && now.GetString() == "Ringing");
    }

    /// <summary>The user of the receiver says yes.</summary>
    public Task AcceptAsync() => _receiver.AnswerAsync("y");

    /// <summary>Waits for the result of the sender and checks it.</summary>
    /// <returns>The result.</returns>
    public async Task<string> AssertSenderEndsAsync(string expected)
    {
        CliResult result = await _sender!.EndAsync();
        result.AssertNoStackTrace();
        var ending = Ending.Of(result.Last, result.Status);
        ending.AssertIs(expected);
        Assert.That(ending.Status, Is.EqualTo(ending.IsCompleted ? 0 : 1));
        return $"sender: {ending}\n";
    }

    /// <summary>Waits for the result of the receiver, and checks it and the inbox.</summary>
    /// <returns>The result.</returns>
    public async Task<string> AssertReceiverEndsAsync(string expected)
    {
        var ending = Ending.Of(await _receiver.EventAsync("result", Ending.IsEnding));
        ending.AssertIs(expected);
        string[] stored = Directory.Exists(Inbox) ? Directory.GetFiles(Inbox, "*", new EnumerationOptions { AttributesToSkip = 0 }) : [];
        Assert.That(stored.Select(static path => Path.GetFileName(path)), Is.EqualTo(ending.IsCompleted ? ["picture.png"] : Array.Empty<string>()));
        return $"receiver: {ending}\n";
    }

    /// <summary>When the cable is plugged in, the listener has no other sockets than before the share, and takes the next one.</summary>
    public async Task AssertReceiverGoesOnAsync()
    {
        Machines.Restore();
        long start = Stopwatch.GetTimestamp();
        while (ProgramSocket.Of(_receiver.Id).Length > _atRest.Length && Stopwatch.GetElapsedTime(start) < SharePair.Patience)
        {
            await Task.Delay(50);
        }

        Assert.That(ProgramSocket.Of(_receiver.Id), Is.EquivalentTo(_atRest));
        await using CliProcess again = StartSender();
        if (_asks)
        {
            await _receiver.EventAsync("invitation");
            await AcceptAsync();
        }

        CliResult next = await again.EndAsync();
        Assert.That(next.Status, Is.Zero, next.Errors + string.Join('\n', next.Lines));
        JsonElement arrived = await _receiver.EventAsync("completed");
        Assert.That(await File.ReadAllBytesAsync(arrived.GetProperty("path").GetString()!), Is.EqualTo(Image));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (CliProcess? program in (CliProcess?[])[_sender, _receiver])
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        Machines.Dispose();
        _folder.Dispose();
    }

    private CliProcess StartSender() => CliProcess.StartUnder(
        Machines.AtSender,
        ["send", _picture, _target, "--identity", "sip:alice@ims.example", "--timeout", _timeout, "--json", "--bind", NetworkNamespaces.SenderAddress + ":0", "--max-rate", "1500000"]);
}
