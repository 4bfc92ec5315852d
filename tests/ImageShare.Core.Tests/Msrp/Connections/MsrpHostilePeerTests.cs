using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>
/// Peers that send much, or nothing, or something else: what they cost is bounded, why they went is counted, and another session, which sends in
/// between, notices nothing of it.
/// </summary>
[TestFixture]
public sealed class MsrpHostilePeerTests
{
    private InMemoryNetwork _network = null!;
    private ManualTimeProvider _time = null!;
    private MsrpEndpoint _endpoint = null!;
    private CountedMetrics _metrics = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new InMemoryNetwork();
        _time = new ManualTimeProvider();
        _metrics = new CountedMetrics();
        Start(MsrpLimits.Default);
    }

    [TearDown]
    public async Task TearDown()
    {
        Task ending = _endpoint.DisposeAsync().AsTask();
        await _time.DriveAsync(ending);
        await _endpoint.DisposeAsync();
        _metrics.Dispose();
        Assert.That(() => _time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("SEC-001")]
    public async Task A_million_empty_lines_end_their_connection(bool isBound)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = isBound ? await BoundAsync() : (null!, null!, await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint));
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        await UntilResetAsync(() => peer.SendAsync(Lines(1_000_000))).WaitAsync(RawMsrpPeer.Patience);
        await AssertCutOffAsync(peer);
        _metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault=TooManyBlankLines bound={isBound}");
        await AssertUndisturbedAsync(other, bystander);
        if (isBound)
        {
            Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ProtocolError));
            Assert.That(receiver.Begins, Is.Zero);
            _metrics.AssertCounted("msrp.sessions.ended reason=ProtocolError");
        }
    }

    [Test]
    public async Task Empty_lines_between_messages_are_passed_over()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync("\r\n\r\n\r\n");
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync("\r");
        await peer.SendAsync("\n" + Lines(1023));
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 5-8/8\r\n", "\r\n\r\n", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("1234\r\n\r\n"), "inside a body they are data");
    }

    [TestCase("\r\n", false)]
    [TestCase("\r\n", true)]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nKeep-Alive: yes\r\n-------beat$\r\n", true)]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: beat\r\nContent-Type: text/x-msrp-heartbeat\r\n\r\nHEARTBEAT\r\n-------beat$\r\n", true)]
    [Category("SEC-002")]
    public async Task A_session_that_expects_a_message_and_gets_signs_of_life_only_ends(string beat, bool expects)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(expects: expects);
        await session.ConnectAsync(active: false, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        beat = beat.Replace("{to}", session.LocalUri.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal);
        await BeatUntilEndedAsync(session, peer, beat);
        Assert.That(receiver.Begins, Is.Zero);
    }

    [TestCase("\r\n")]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: beat\r\nContent-Type: text/x-msrp-heartbeat\r\n\r\nHEARTBEAT\r\n-------beat$\r\n")]
    [Category("SEC-002")]
    public async Task A_message_that_gets_signs_of_life_only_ends(string beat)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        beat = beat.Replace("{to}", session.LocalUri.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal);
        await BeatUntilEndedAsync(session, peer, beat);
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.AnyOf(MsrpAbortReason.ConnectionLost, MsrpAbortReason.SessionClosed));
    }

    [Test]
    public async Task A_conversation_may_live_on_signs_of_life()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        await session.ConnectAsync(active: false, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        for (int i = 0; i < 30; i++)
        {
            await AssertUndisturbedAsync(session, peer);
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), _time), stepSeconds: 20);
        }

        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [TestCase(MsrpSuccessReports.WholeMessage, 1)]
    [TestCase(MsrpSuccessReports.EachChunk, 100_000)]
    [Category("SEC-001")]
    [Category("RPT-010")]
    public async Task A_hundred_thousand_chunks_of_one_octet_complete(MsrpSuccessReports policy, int reports)
    {
        const int Count = 100_000;
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(reports: policy);
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        string middle = $" SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: many1\r\nSuccess-Report: yes\r\nByte-Range: ";
        Task<(int Answers, int Reports)> reading = CountAnswersAsync(peer, Count + reports);
        for (int sent = 0; sent < Count;)
        {
            var batch = new StringBuilder();
            for (int end = sent + 500; sent < end; sent++)
            {
                batch.Append("MSRP c").Append(sent.ToString("D7", null)).Append(middle).Append(sent + 1).Append("-*/").Append(Count)
                    .Append("\r\nContent-Type: a/b\r\n\r\nx\r\n-------c").Append(sent.ToString("D7", null)).Append(sent + 1 == Count ? '$' : '+').Append("\r\n");
            }

            await peer.SendAsync(batch.ToString()).WaitAsync(RawMsrpPeer.Patience);
        }

        Assert.That(await reading.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo((Count, reports)));
        Assert.That(await receiver.Completed.WaitAsync(RawMsrpPeer.Patience), Has.Length.EqualTo(Count));
        await AssertUndisturbedAsync(other, bystander);
    }

    [Test]
    [Category("SEC-001")]
    public async Task Chunks_of_one_octet_that_leave_holes_are_stopped_at_the_limit()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        int answered = 0;
        string answer;
        do
        {
            answered++;
            await peer.SendAsync(session.LocalUri, "hole", $"Success-Report: yes\r\nByte-Range: {2 * answered}-*/100000\r\n", "x", '+');
            answer = await peer.ReadLineAsync();
        }
        while (answer == "hole 200" && answered < 1000);
        Assert.That((answer, answered), Is.EqualTo(("hole 413", MsrpLimits.Default.MaxGaps + 1)));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.TooScattered));
        _metrics.AssertCounted("msrp.requests.refused status=413");
        await AssertUndisturbedAsync(other, bystander);
    }

    [TestCase(MsrpSuccessReports.WholeMessage)]
    [TestCase(MsrpSuccessReports.EachChunk)]
    [Category("SEC-001")]
    [Category("SEC-002")]
    public async Task A_peer_that_sends_and_does_not_read_gets_no_further_than_its_answers_may_wait(MsrpSuccessReports policy)
    {
        var limits = new MsrpLimits { MaxPendingResponseBytes = 64 * 1024 };
        await RestartAsync(limits);
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(reports: policy);
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        Task flooding = UntilResetAsync(FloodAsync);
        while (!session.Ended.IsCompleted)
        {
            await AssertUndisturbedAsync(other, bystander);
            Assert.That(_time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(180)));
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(10), _time), stepSeconds: 10);
        }

        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));

        // An answer has more than 100 octets. What may wait: the limit, one batch above it, what the writer has taken, the window of the stream.
        Assert.That(receiver.Received, Is.LessThan((limits.MaxPendingResponseBytes + (16 * 1024) + (120 * 1024) + (400 * 1024)) / 100));
        _metrics.AssertCounted("msrp.sessions.ended reason=Idle");
        await AssertUndisturbedAsync(other, bystander);
        await flooding.WaitAsync(RawMsrpPeer.Patience);

        async Task FloodAsync()
        {
            for (int i = 0; i < 100_000 && !session.Ended.IsCompleted; i++)
            {
                await peer.SendAsync(session.LocalUri, "flood", $"Success-Report: yes\r\nByte-Range: {i + 1}-*/100000\r\n", "x", '+');
            }
        }
    }

    private static readonly string[] Strangers =
    [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /x HTTP/1.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n",
        "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003", "SSH-2.0-OpenSSH\r\n", "EHLO x\r\n", "\n\n", "M\r\n", "MSRPS", "MSRP\r\n", "MSRP  aaaa SEND\r\n", "\0\0\0\0\0\0",
    ];

    [TestCaseSource(nameof(Strangers))]
    [Category("SEC-001")]
    [Category("MSRP-042")]
    public async Task Another_protocol_is_cut_off_at_its_first_octets_and_nothing_is_echoed(string octets)
    {
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(octets);
        Assert.That(await ReadAllAsync(peer), Is.Empty);
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer bound) = await BoundAsync();
        await bound.SendAsync(octets);
        Assert.That(await ReadAllAsync(bound), Is.Empty);
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ProtocolError));
        Assert.That(receiver.Begins, Is.Zero);
        string fault = octets.StartsWith("MSRP  ", StringComparison.Ordinal) ? "BadTransactionId" : "NotMsrp";
        _metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault={fault} bound=False");
        _metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault={fault} bound=True");
        await AssertUndisturbedAsync(other, bystander);
    }

    [Test]
    [Category("SEC-001")]
    public async Task A_thousand_requests_of_another_protocol_leave_nothing_behind()
    {
        int timers = _time.ArmedTimers;
        for (int i = 0; i < 1000; i++)
        {
            await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
            await peer.SendAsync(Strangers[0]);
            Assert.That(await ReadAllAsync(peer), Is.Empty);
        }

        _metrics.AssertCounted("msrp.connections.ended reason=ProtocolError fault=NotMsrp bound=False", 1000);
        Assert.That(() => _time.ArmedTimers, Is.EqualTo(timers).After(30_000, 1), "each connection has timers of its own until it is released");
        Assert.That(_metrics.Count("msrp.connections.refused limit=MaxUnboundConnectionsPerAddress"), Is.Zero, "each makes room for the next");
    }

    [Test]
    [Category("SEC-001")]
    [Category("SEC-002")]
    public async Task Ten_gigabytes_that_are_claimed_and_do_not_come_cost_nothing_and_end()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await peer.SendAsync(
            $"MSRP huge1 SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-10000000000/10000000000\r\nContent-Type: image/png\r\n\r\nx");
        Assert.That((await receiver.Begun.WaitAsync(RawMsrpPeer.Patience)).Total, Is.EqualTo(10_000_000_000));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(8 << 20), "a thousandth of what was claimed");
        await _time.DriveAsync(session.Ended, stepSeconds: 5);
        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        Assert.That(_time.Elapsed, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(125)));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.ConnectionLost));
        _metrics.AssertCounted("msrp.sessions.ended reason=Idle");
    }

    [Test]
    [Category("MSRP-044")]
    [Category("SEC-001")]
    public async Task Thousands_of_half_open_connections_are_few_that_stay_and_none_that_stays_for_ever()
    {
        const int Kept = 200, Tried = 5000;
        await RestartAsync(new MsrpLimits { MaxUnboundConnections = Kept, MaxUnboundConnectionsPerAddress = Tried });
        (MsrpSession other, _, RawMsrpPeer bystander) = await BoundAsync();
        int timers = _time.ArmedTimers;
        List<RawMsrpPeer> peers = [];
        for (int i = 0; i < Tried; i++)
        {
            peers.Add(await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint));
        }

        _metrics.AssertCounted("msrp.connections.refused limit=MaxUnboundConnections", Tried - Kept);
        Assert.That(_time.ArmedTimers, Is.EqualTo(timers + (3 * Kept)), "a connection that is refused is nothing but refused");
        await AssertUndisturbedAsync(other, bystander);
        _time.Advance(TimeSpan.FromSeconds(30));
        _metrics.AssertCounted("msrp.connections.ended reason=BindTimeout fault=None bound=False", Kept);
        await AssertUndisturbedAsync(other, bystander);
        (MsrpSession late, _, RawMsrpPeer peer) = await BoundAsync();
        await AssertUndisturbedAsync(late, peer);
        foreach (RawMsrpPeer gone in peers)
        {
            await gone.DisposeAsync();
        }
    }

    [Test]
    [Category("SEC-001")]
    public async Task Who_hangs_up_as_soon_as_dialled_is_not_dialled_again()
    {
        await using IStreamListener listener = _network.Listen(new(System.Net.IPAddress.Loopback, 0));
        int asked = 0;
        MsrpSession session = _endpoint.CreateSession(new()
        {
            DialPolicy = _ =>
            {
                asked++;
                return true;
            },
        });
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/x;tcp"));
        Task hangingUp = HangUpAsync();
        Task connecting = session.ConnectAsync(active: true, CancellationToken.None);
        try
        {
            await connecting.WaitAsync(RawMsrpPeer.Patience);
        }
        catch (ImageShareException e)
        {
            // It was noticed before the session was bound; otherwise the session ends.
            Assert.That(e.Error, Is.AnyOf(ImageShareError.PeerUnreachable, ImageShareError.MediaNotConnected));
        }

        if (connecting.IsCompletedSuccessfully)
        {
            await _time.DriveAsync(session.Ended);
        }

        Assert.That(asked, Is.EqualTo(1), "one attempt for a session");
        await listener.DisposeAsync();
        await hangingUp.WaitAsync(RawMsrpPeer.Patience);

        async Task HangUpAsync()
        {
            while (await listener.AcceptAsync(CancellationToken.None) is { } stream)
            {
                stream.Abort();
            }
        }
    }

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("\r\n", count));

    private static async Task<string> ReadAllAsync(RawMsrpPeer peer)
    {
        var all = new StringBuilder();
        try
        {
            while (true)
            {
                ReadResult read = await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(RawMsrpPeer.Patience);
                all.Append(Encoding.Latin1.GetString(read.Buffer));
                peer.Stream.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return all.ToString();
                }
            }
        }
        catch (IOException)
        {
            // A reset is an end too.
            return all.ToString();
        }
    }

    private static async Task UntilResetAsync(Func<Task> sending)
    {
        try
        {
            await sending();
        }
        catch (IOException)
        {
            // That is how the other side says that it has enough.
        }
    }

    private static async Task AssertCutOffAsync(RawMsrpPeer peer) => Assert.That(await ReadAllAsync(peer), Is.Empty);

    // Counts by the codec alone: what a test keeps of 200,000 messages should not be more than what it tests.
    private static async Task<(int Answers, int Reports)> CountAnswersAsync(RawMsrpPeer peer, int until)
    {
        var decoder = new MsrpDecoder();
        (int answers, int reports) = (0, 0);
        while (answers + reports < until)
        {
            ReadResult read = await peer.Stream.Input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            while (decoder.Read(ref rest, out MsrpEvent next) == OperationStatus.Done)
            {
                answers += next.Kind == MsrpEventKind.ResponseHead && next.Head.Status == 200 ? 1 : 0;
                reports += next.Kind == MsrpEventKind.RequestHead && next.Head is { IsReport: true, ReportStatus.Code: 200 } ? 1 : 0;
            }

            peer.Stream.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        return (answers, reports);
    }

    private static async Task AssertUndisturbedAsync(MsrpSession session, RawMsrpPeer peer)
    {
        await peer.SendAsync(session.LocalUri, "live", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("live 200"));
        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    private async Task BeatUntilEndedAsync(MsrpSession session, RawMsrpPeer peer, string beat)
    {
        for (int sent = 0; !session.Ended.IsCompleted; sent++)
        {
            Assert.That(sent, Is.LessThan(20), "an interval is three of them, and two are the most that it may take");
            await UntilResetAsync(BeatAsync);
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), _time), stepSeconds: 10);
        }

        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        _metrics.AssertCounted("msrp.sessions.ended reason=Idle");

        async Task BeatAsync()
        {
            await peer.SendAsync(beat);
            if (beat.Length > 2)
            {
                await peer.ReadLineAsync();
            }
        }
    }

    private void Start(MsrpLimits limits) => _endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time, Limits = limits });

    private async Task RestartAsync(MsrpLimits limits)
    {
        await _endpoint.DisposeAsync();
        Start(limits);
    }

    private async Task<(MsrpSession Session, CollectingReceiver Receiver, RawMsrpPeer Peer)> BoundAsync(
        bool expects = false, MsrpSuccessReports reports = MsrpSuccessReports.WholeMessage)
    {
        var receiver = new CollectingReceiver();
        MsrpSession session = _endpoint.CreateSession(new() { Receiver = receiver, ExpectsMessage = expects, SuccessReports = reports });
        RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("hello 200"));
        return (session, receiver, peer);
    }
}
