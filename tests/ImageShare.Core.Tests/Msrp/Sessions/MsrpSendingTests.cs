using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>What a session sends, octet by octet, and what it makes of the answers.</summary>
[TestFixture]
public sealed class MsrpSendingTests
{
    private static readonly MediaType Png = new("image", "png");

    private InMemoryNetwork _network = null!;
    private ManualTimeProvider _time = null!;
    private MsrpEndpoint _endpoint = null!;
    private IStreamListener _listener = null!;
    private List<IPEndPoint> _asked = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new InMemoryNetwork();
        _time = new ManualTimeProvider();
        _asked = [];
        _endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time, DialPolicy = Ask });
        _listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));

        bool Ask(IPEndPoint remote)
        {
            _asked.Add(remote);
            return remote.Port != 25;
        }
    }

    [TearDown]
    public async Task TearDown()
    {
        // What is still under way has two seconds to leave, which pass on this clock only.
        Task closing = _endpoint.DisposeAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));
        await closing.WaitAsync(RawMsrpPeer.Patience);
        await _endpoint.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Test]
    [Category("TLS-004")]
    [Category("MSRP-029")]
    [Category("MSRP-016")]
    [Category("MSRP-026")]
    [Category("MSRP-028")]
    [Category("TLS-015")]
    public async Task The_active_side_connects_to_the_first_uri_and_sends_at_once()
    {
        MsrpSession session = _endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{_listener.LocalEndPoint.Port}/relay;tcp msrp://192.0.2.1:9/end;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        await using RawMsrpPeer peer = await AcceptAsync();
        RawMsrpPeer.Message open = (await peer.ReadAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(open.ToString(), Is.EqualTo("SEND 1-0/0 0$"));
            Assert.That(open.HasBody, Is.False);
            Assert.That(open.To.ToString(), Does.EndWith(" msrp://192.0.2.1:9/end;tcp"));
            Assert.That(open.To.Uris, Has.Length.EqualTo(2));
            Assert.That(open.From.ToString(), Is.EqualTo(session.LocalUri.ToString()));
            Assert.That(_asked, Is.EqualTo(new[] { _listener.LocalEndPoint }));
        });
    }

    [Test]
    [Category("MSRP-028")]
    public async Task Tries_the_addresses_of_a_name_in_their_order()
    {
        var network = new NamedNetwork(_network, [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"), IPAddress.Loopback]);
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        MsrpSession session = endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://peer.example:{_listener.LocalEndPoint.Port}/x;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        Assert.That(network.Dialled.Select(e => e.Address.ToString()), Is.EqualTo(new[] { "192.0.2.1", "2001:db8::1", "127.0.0.1" }));
    }

    [TestCase("msrp://127.0.0.1:1/x;tcp", ImageShareError.PeerUnreachable)]
    [TestCase("msrp://127.0.0.1:25/x;tcp", ImageShareError.PeerUnreachable)]
    [TestCase("msrp://127.0.0.1:9/x;tcp", ImageShareError.PeerUnreachable)]
    [TestCase("msrp://127.0.0.1/x;tcp", ImageShareError.PeerUnreachable)]
    [TestCase("msrp://unknown.example:1000/x;tcp", ImageShareError.PeerUnreachable)]
    [TestCase("msrps://127.0.0.1:1000/x;tcp", ImageShareError.PeerUnreachable)]
    public async Task A_peer_that_cannot_or_may_not_be_dialled_is_unreachable(string uri, ImageShareError error)
    {
        MsrpSession session = _endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse(uri));
        await Assert.ThatAsync(
            () => session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(error));
        Assert.That(_asked.Any(e => e.Port == 9), Is.False);
    }

    [Test]
    [Category("SEC-002")]
    public async Task Connecting_takes_no_longer_than_allowed()
    {
        var network = new NamedNetwork(_network, [IPAddress.Loopback]) { Hangs = true };
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { TimeProvider = _time });
        MsrpSession session = endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse("msrp://192.0.2.1:1000/x;tcp"));
        Task connecting = session.ConnectAsync(active: true, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThatAsync(
            () => connecting.WaitAsync(RawMsrpPeer.Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));

        using var cancel = new CancellationTokenSource();
        connecting = session.ConnectAsync(active: true, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => connecting.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category("MSRP-011")]
    [Category("MSRP-013")]
    [Category("MSRP-015")]
    [Category("RPT-011")]
    public async Task Chunks_go_out_without_waiting_for_answers_and_the_result_with_them()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!, (await peer.ReadAsync())!];
        Assert.That(chunks.Select(c => c.ToString()), Is.EqualTo(new[] { "SEND 1-2048/5000 2048+", "SEND 2049-4096/5000 2048+", "SEND 4097-5000/5000 904$" }));
        Assert.That(chunks.Select(c => c.MessageId).Distinct().Count(), Is.EqualTo(1));
        Assert.That(sending.IsCompleted, Is.False);

        // Answers in another order, one of them with another 2xx, and strangers between.
        await peer.AnswerAsync(chunks[2], 200, peer.Uri);
        await peer.SendAsync($"MSRP XXXXXXXXXXXXXXXX 413 stranger\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------XXXXXXXXXXXXXXXX$\r\n");
        await peer.AnswerAsync(chunks[0], 299, peer.Uri);
        await peer.AnswerAsync(chunks[0], 200, peer.Uri);
        await PingAsync(session, peer);
        Assert.That(sending.IsCompleted, Is.False);
        await peer.AnswerAsync(chunks[1], 200, peer.Uri);
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That(result, Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Completed, chunks[0].MessageId!, 5000)));
    }

    [TestCase(400, MsrpSendOutcome.Refused)]
    [TestCase(403, MsrpSendOutcome.Refused)]
    [TestCase(408, MsrpSendOutcome.TimedOut)]
    [TestCase(413, MsrpSendOutcome.Refused)]
    [TestCase(415, MsrpSendOutcome.Refused)]
    [TestCase(423, MsrpSendOutcome.Refused)]
    [TestCase(481, MsrpSendOutcome.Refused)]
    [TestCase(501, MsrpSendOutcome.Refused)]
    [TestCase(506, MsrpSendOutcome.Refused)]
    [TestCase(699, MsrpSendOutcome.Refused)]
    [Category("RPT-006")]
    [Category("RPT-008")]
    [Category("RPT-009")]
    [Category("RPT-012")]
    public async Task Any_other_answer_ends_the_message(int status, MsrpSendOutcome outcome)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.AnswerAsync(first, status, peer.Uri);
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.Status), Is.EqualTo((outcome, status)));
        if (status is 481 or 506)
        {
            Assert.That(await session.Ended.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(new MsrpSessionEnd(MsrpSessionEndReason.Refused, status)));
        }
        else
        {
            Assert.That(session.Ended.IsCompleted, Is.False);
        }
    }

    [Test]
    [Category("RPT-009")]
    public async Task A_refusal_of_the_opening_send_ends_the_session()
    {
        MsrpSession session = _endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{_listener.LocalEndPoint.Port}/peer;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None);
        await using RawMsrpPeer peer = await AcceptAsync();
        await peer.AnswerAsync((await peer.ReadAsync())!, 481, peer.Uri);
        Assert.That(await session.Ended.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(new MsrpSessionEnd(MsrpSessionEndReason.Refused, 481)));
    }

    [Test]
    [Category("RPT-007")]
    public async Task A_type_refused_once_is_not_sent_again()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(100), null, CancellationToken.None);
        await peer.AnswerAsync((await peer.ReadAsync())!, 415, peer.Uri);
        await sending.WaitAsync(RawMsrpPeer.Patience);
        MsrpSendResult again = await session.SendAsync(Content(200), null, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        Assert.That((again.Outcome, again.Status), Is.EqualTo((MsrpSendOutcome.Refused, 415)));

        var other = MsrpOutgoingContent.FromMemory(new MediaType("image", "jpeg"), new byte[300]);
        sending = session.SendAsync(other, null, CancellationToken.None);
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        Assert.That(chunk.Body, Has.Length.EqualTo(300), "nothing came before it");
        await peer.AnswerAsync(chunk, 200, peer.Uri);
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
    }

    [TestCase("2049-5000/5000 1-3000/5000", 5000)]
    [TestCase("1-2048/5000 1-2048/5000 4097-9999/9999", 2952)]
    [TestCase("1-*/*", 5000)]
    [TestCase("9-1/5000 6000-7000/7000", 0)]
    [Category("RPT-014")]
    public async Task Success_reports_are_put_together_whatever_ranges_they_name(string ranges, int reported)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000) with { SuccessReport = true }, null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!, (await peer.ReadAsync())!];
        foreach (string range in ranges.Split(' '))
        {
            await peer.SendAsync(
                $"MSRP aaaa REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunks[0].MessageId}\r\nByte-Range: {range}\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n");
        }

        Assert.That(sending.IsCompleted, Is.False);
        foreach (RawMsrpPeer.Message chunk in chunks)
        {
            await peer.AnswerAsync(chunk, 200, peer.Uri);
        }

        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).ReportedBytes, Is.EqualTo(reported));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("RPT-017")]
    public async Task A_session_that_ends_before_the_awaited_report_leaves_the_outcome_unknown(bool byPeer)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(3000) with { SuccessReport = true, AwaitSuccessReport = true }, null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!];
        await peer.AnswerAsync(chunks[0], 200, peer.Uri);
        await peer.AnswerAsync(chunks[1], 200, peer.Uri);
        await peer.SendAsync(
            $"MSRP aaaa REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunks[0].MessageId}\r\nByte-Range: 1-2048/3000\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n");
        await PingAsync(session, peer);
        Assert.That(sending.IsCompleted, Is.False, "acknowledged, and reported in part");
        Task closing = byPeer ? peer.DisposeAsync().AsTask() : session.CloseAsync().AsTask();
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That(result, Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Unknown, chunks[0].MessageId!, 3000, null, 2048)));
        await peer.DisposeAsync();
        await closing.WaitAsync(RawMsrpPeer.Patience);
    }

    [Test]
    [Category("RPT-017")]
    public async Task A_session_that_ends_before_the_answers_is_a_loss_and_a_report_in_time_a_success()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        MsrpOutgoingContent content = Content(100) with { SuccessReport = true, AwaitSuccessReport = true };
        Task<MsrpSendResult> reported = session.SendAsync(content, null, CancellationToken.None);
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        await peer.AnswerAsync(chunk, 200, peer.Uri);
        await peer.SendAsync(
            $"MSRP aaaa REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunk.MessageId}\r\nByte-Range: 1-100/100\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n");
        Assert.That((await reported.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));

        Task<MsrpSendResult> lost = session.SendAsync(Content(200) with { SuccessReport = true, AwaitSuccessReport = true }, null, CancellationToken.None);
        await peer.ReadAsync();
        await peer.DisposeAsync();
        Assert.That((await lost.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.ConnectionLost));
    }

    [TestCase(413, false)]
    [TestCase(400, true)]
    [TestCase(200, false)]
    [Category("RPT-006")]
    [Category("RPT-015")]
    [Category("RPT-016")]
    public async Task A_report_with_an_error_counts_as_the_answer(int status, bool sessionFails)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        string report = $"REPORT\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {{0}}\r\nByte-Range: 1-2048/5000\r\nStatus: {{1}} {status} text\r\n";
        await peer.SendAsync("MSRP aaaa " + string.Format(null, report, "unknown", "000") + "-------aaaa$\r\n");
        await peer.SendAsync("MSRP aaaa " + string.Format(null, report, first.MessageId, "001") + "-------aaaa$\r\n");
        await PingAsync(session, peer);
        Assert.That(sending.IsCompleted, Is.False, "of another message, of another namespace");
        await peer.SendAsync("MSRP aaaa " + string.Format(null, report, first.MessageId, "000") + "-------aaaa$\r\n");
        if (status == 200)
        {
            await PingAsync(session, peer);
            Assert.That(sending.IsCompleted, Is.False, "a success report is no response");
        }
        else
        {
            Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Status, Is.EqualTo(status));
        }

        if (sessionFails)
        {
            Assert.That(await session.Ended.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(new MsrpSessionEnd(MsrpSessionEndReason.Refused, status)));
        }
        else
        {
            Assert.That(session.Ended.IsCompleted, Is.False);
        }
    }

    [Test]
    [Category("RPT-006")]
    [Category("MSRP-011")]
    public async Task A_refusal_in_the_middle_of_a_chunk_ends_it_with_the_sign_of_giving_up()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = long.MaxValue }, null, CancellationToken.None);
        string id = await ReadIdOfOpenChunkAsync(peer);
        await peer.SendAsync($"MSRP {id} 413 stop\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------{id}$\r\n");
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        Assert.That(chunk.Continuation, Is.EqualTo('#'));
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Status, Is.EqualTo(413));
    }

    [Test]
    [Category("MSRP-041")]
    public async Task A_large_chunk_is_interrupted_for_a_response_and_goes_on()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = long.MaxValue }, null, cancel.Token);
        await ReadIdOfOpenChunkAsync(peer);
        await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        RawMsrpPeer.Message answer = (await peer.ReadAsync())!;
        Assert.That((first.Continuation, first.Range), Is.EqualTo(('+', new ByteRange(1, null, 1L << 40))));
        Assert.That(answer.ToString(), Is.EqualTo("ping 200"));
        await cancel.CancelAsync();
        RawMsrpPeer.Message second = (await peer.ReadAsync())!;
        Assert.That((second.Continuation, second.Range), Is.EqualTo(('#', new ByteRange(first.Body.Length + 1, null, 1L << 40))));
        await Assert.ThatAsync(() => sending.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(2048L)]
    [TestCase(long.MaxValue)]
    public async Task A_long_message_leaves_room_for_another(long chunkSize)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> endless = session.SendAsync(Endless() with { ChunkSize = chunkSize, MessageId = "long" }, null, cancel.Token);
        await ReadIdOfOpenChunkAsync(peer);
        Task<MsrpSendResult> other = session.SendAsync(Content(300_000) with { ChunkSize = chunkSize, MessageId = "short" }, null, CancellationToken.None);
        while (!other.IsCompleted)
        {
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            await peer.AnswerAsync(chunk, 200, peer.Uri);
            if (chunk is { MessageId: "short", Continuation: '$' })
            {
                await other.WaitAsync(RawMsrpPeer.Patience);
            }
        }

        Assert.That(endless.IsCompleted, Is.False);
        await cancel.CancelAsync();
        await peer.DisposeAsync();
        await Assert.ThatAsync(() => endless.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(2048L)]
    [TestCase(long.MaxValue)]
    [Category("SEC-002")]
    [Category("MSRP-011")]
    public async Task Cancelling_leaves_the_sign_of_giving_up_on_the_wire(long chunkSize)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = chunkSize }, null, cancel.Token);
        await ReadIdOfOpenChunkAsync(peer);
        await cancel.CancelAsync();
        RawMsrpPeer.Message last;
        long octets = 0;
        do
        {
            last = (await peer.ReadAsync())!;
            octets += last.Body.Length;
        }
        while (last.Continuation == '+');
        Assert.That(last.Continuation, Is.EqualTo('#'));
        Assert.That(last.Range!.Value.Start + last.Body.Length - 1, Is.EqualTo(octets));
        await Assert.ThatAsync(() => sending.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category("SEC-002")]
    [Category("MSRP-011")]
    public async Task Cancelling_is_told_to_a_peer_that_leaves_everything_unanswered()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        Task<MsrpSendResult> sending = session.SendAsync(Endless() with { ChunkSize = 64 }, null, cancel.Token);

        // As many as may be unanswered; no other chunk comes by itself.
        for (int i = 0; i < TransferBudget.LargestWindow; i++)
        {
            Assert.That((await peer.ReadAsync())!.Continuation, Is.EqualTo('+'));
        }

        await PingAsync(session, peer);
        await cancel.CancelAsync();
        Assert.That((await peer.ReadAsync())!.Continuation, Is.EqualTo('#'));
        await Assert.ThatAsync(() => sending.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category("RPT-004")]
    public async Task An_answer_that_does_not_come_within_30_seconds_is_a_failure()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        await peer.ReadAsync();
        await peer.ReadAsync();
        _time.Advance(TimeSpan.FromSeconds(20));
        await peer.AnswerAsync(first, 200, peer.Uri);
        await PingAsync(session, peer);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(sending.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.AcknowledgedBytes), Is.EqualTo((MsrpSendOutcome.TimedOut, 2048L)));
    }

    [Test]
    [Category("RPT-004")]
    [Category("SEC-002")]
    public async Task A_peer_that_does_not_read_is_given_up_after_30_seconds()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        var stuck = new TaskCompletionSource();
        long given = 0;
        var content = new MsrpOutgoingContent(Png, 1L << 40, (memory, _) =>
        {
            if ((given += memory.Length) > 500_000)
            {
                stuck.TrySetResult();
            }

            return ValueTask.FromResult(memory.Length);
        });
        Task<MsrpSendResult> sending = session.SendAsync(content, null, CancellationToken.None);
        await stuck.Task.WaitAsync(RawMsrpPeer.Patience);
        await WaitUntilAsync(() => session.Binding.Connection!.Writer.FlushingSince is not null);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.TimedOut));
        await peer.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("MSRP-033")]
    public async Task A_connection_that_ends_in_the_middle_is_a_loss(bool reset)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        Task<MsrpSendResult> sending = session.SendAsync(Content(5000), null, CancellationToken.None);
        await peer.AnswerAsync((await peer.ReadAsync())!, 200, peer.Uri);
        await PingAsync(session, peer);
        if (reset)
        {
            peer.Stream.Abort();
        }
        else
        {
            await peer.DisposeAsync();
        }

        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.AcknowledgedBytes), Is.EqualTo((MsrpSendOutcome.ConnectionLost, 2048L)));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
    }

    [Test]
    public async Task A_rate_is_kept()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectAsync();
        MsrpOutgoingContent content = Content(100_000) with { MaxBytesPerSecond = 20_480 };
        Task<MsrpSendResult> sending = session.SendAsync(content, null, CancellationToken.None);
        long octets = 0;
        while (octets < 100_000)
        {
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            octets += chunk.Body.Length;
            await peer.AnswerAsync(chunk, 200, peer.Uri);
            Assert.That(octets, Is.LessThanOrEqualTo((_time.Elapsed.TotalSeconds * 20_480) + 4096));

            // The next chunk needs the clock; two chunks of credit at most are on their way.
            await WaitUntilAsync(() => _time.ArmedTimers > 3 || octets >= 100_000 || sending.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(0.11));
        }

        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
        Assert.That(_time.Elapsed.TotalSeconds, Is.InRange(4.0, 6.0));
    }

    [Test]
    public async Task Wrong_use_is_told()
    {
        MsrpSession session = _endpoint.CreateSession(new());
        await Assert.ThatAsync(() => session.ConnectAsync(active: true, CancellationToken.None), InvalidState());
        await Assert.ThatAsync(() => session.SendAsync(Content(1), null, CancellationToken.None), InvalidState());
        session.SetPeerPath(MsrpPath.Parse("msrp://127.0.0.1:1000/x;tcp"));
        await Assert.ThatAsync(() => session.SendAsync(Content(1), null, CancellationToken.None), InvalidState());
        await session.CloseAsync();
        await session.CloseAsync();
        await Assert.ThatAsync(
            () => session.ConnectAsync(active: true, CancellationToken.None),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MediaNotConnected));
        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Closed));

        static NUnit.Framework.Constraints.IResolveConstraint InvalidState() =>
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState);
    }

    private static MsrpOutgoingContent Content(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        return MsrpOutgoingContent.FromMemory(Png, data);
    }

    private static MsrpOutgoingContent Endless() => new(Png, 1L << 40, (memory, _) =>
    {
        memory.Span.Clear();
        return ValueTask.FromResult(memory.Length);
    });

    // Without taking anything off the stream, so that the whole chunk can still be read.
    private static async Task<string> ReadIdOfOpenChunkAsync(RawMsrpPeer peer)
    {
        System.IO.Pipelines.ReadResult read = await peer.Stream.Input.ReadAtLeastAsync(30);
        string start = System.Text.Encoding.ASCII.GetString(read.Buffer.FirstSpan[5..21]);
        peer.Stream.Input.AdvanceTo(read.Buffer.Start);
        return start;
    }

    // All that was sent before has been handled when this is answered.
    private static async Task PingAsync(MsrpSession session, RawMsrpPeer peer)
    {
        await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
        while ((await peer.ReadAsync())!.Id != "ping")
        {
            // A chunk that was on its way.
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RawMsrpPeer.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task<RawMsrpPeer> AcceptAsync() => new((await _listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);

    private async Task<(MsrpSession Session, RawMsrpPeer Peer)> ConnectAsync()
    {
        MsrpSession session = _endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{_listener.LocalEndPoint.Port}/peer;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        RawMsrpPeer peer = await AcceptAsync();
        await peer.AnswerAsync((await peer.ReadAsync())!, 200, peer.Uri);
        return (session, peer);
    }

    /// <summary>Gives every name the same addresses, and may leave connections hanging.</summary>
    private sealed class NamedNetwork(InMemoryNetwork inner, IPAddress[] addresses) : INetwork
    {
        public List<IPEndPoint> Dialled { get; } = [];

        public bool Hangs { get; init; }

        public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

        public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

        public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
        {
            Dialled.Add(remote);
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await inner.ConnectAsync(remote, cancellationToken);
        }

        public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

        public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => ValueTask.FromResult(addresses);
    }
}
