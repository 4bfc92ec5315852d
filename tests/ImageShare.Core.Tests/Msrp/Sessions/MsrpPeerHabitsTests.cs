using System.IO.Pipelines;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>What other implementations were seen to write, and what they need to be written to. The table in docs/msrp.md names these tests.</summary>
[TestFixture]
public sealed class MsrpPeerHabitsTests
{
    private static readonly MediaType Png = new("image", "png");

    private readonly InMemoryNetwork _network = new();
    private ManualTimeProvider _time = null!;
    private MsrpEndpoint _endpoint = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTimeProvider();
        _endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time });
    }

    [TearDown]
    public async Task TearDown() => await _endpoint.DisposeAsync();

    [TestCase("Keep-Alive: yes\r\n")]
    [TestCase("Byte-Range: 1-0/0\r\n")]
    [TestCase("Success-Report: no\r\nFailure-Report: yes\r\n")]
    [TestCase("")]
    [Category("MSRP-040")]
    public async Task A_sign_of_life_without_body_is_answered_at_any_time_and_never_delivered(string headers)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync(session.LocalUri, "beat", headers, null, '$', "beat1");
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 5-8/8\r\n", "5678", '$');
        await peer.SendAsync(session.LocalUri, "late", headers, null, '$', null);
        foreach (string answer in (string[])["aaaa 200", "beat 200", "bbbb 200", "late 200"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }

        Assert.That(await receiver.Completed, Has.Length.EqualTo(8));
        Assert.That(receiver.Begins, Is.EqualTo(1));
    }

    // RFC 4975 §5.4: the first SEND binds. Some peers give it a type, and a body without octets.
    [TestCase("Byte-Range: 1-0/0\r\n")]
    [TestCase("Byte-Range: 1-0/*\r\n")]
    [TestCase("Byte-Range: 1-*/*\r\n")]
    [TestCase("")]
    [Category("MSRP-040")]
    public async Task An_empty_first_SEND_with_a_type_opens_and_is_never_the_content(string headers)
    {
        foreach (bool inPieces in new[] { false, true })
        {
            (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(expectsMessage: true);
            string open = $"MSRP e2aa SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: open\r\n{headers}Content-Type: text/plain\r\n\r\n\r\n-------e2aa$\r\n";
            if (inPieces)
            {
                await peer.SendAsync(open[..^15]);
                await peer.SendAsync(open[^15..]);
            }
            else
            {
                await peer.SendAsync(open);
            }

            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("e2aa 200"));
            Assert.That(receiver.Begins, Is.Zero);
            await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-*/*\r\n", "1234", '+');
            await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 5-8/8\r\n", "5678", '$');
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 200"));
            Assert.That(await receiver.Completed, Is.EqualTo("12345678"u8.ToArray()));
            Assert.That(receiver.Begins, Is.EqualTo(1));
        }
    }

    [TestCase("1234567")]
    [TestCase("1445252123456")]
    [TestCase("a1b2c3d4e5f60718")]
    [TestCase("8f3kS02k")]
    [Category("MSRP-002")]
    public async Task A_transaction_id_comes_back_as_it_was(string id)
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, id, "Byte-Range: 1-4/4\r\n", "1234", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"{id} 200"));
    }

    [Test]
    [Category("RPT-010")]
    public async Task A_whole_file_in_one_chunk_without_an_end_gets_one_report_for_all_of_it()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "whole", "Success-Report: yes\r\nByte-Range: 1-*/600000\r\n", new string('x', 600_000), '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("whole 200"));
        RawMsrpPeer.Message report = (await peer.ReadAsync())!;
        Assert.That(report.ToString(), Is.EqualTo("REPORT 1-600000/600000 0$ 200"));
        Assert.That(await receiver.Completed, Has.Length.EqualTo(600_000));

        // Some answer it, which nobody should.
        await peer.SendAsync($"MSRP {report.Id} 200 Report received\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------{report.Id}$\r\n");
        await peer.SendAsync(session.LocalUri, "after", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("after 200"));
        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [TestCase("200 OK\r\n", "Byte-Range: {range}\r\n")]
    [TestCase("200\r\n", "")]
    [TestCase("202 Accepted\r\n", "")]
    [Category("RPT-005")]
    [Category("MSRP-006")]
    public async Task Answers_count_whatever_stands_beside_their_status_and_reports_that_were_not_asked_for_do_not(string status, string header)
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectedAsync();
        Task<MsrpSendResult> sending = session.SendAsync(MsrpOutgoingContent.FromMemory(Png, new byte[6000]), null, CancellationToken.None);
        List<RawMsrpPeer.Message> chunks = [];
        do
        {
            chunks.Add((await peer.ReadAsync())!);
            await peer.SendAsync(
                "MSRP report REPORT\r\n"
                + $"To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: {chunks[0].MessageId}\r\nByte-Range: 1-6000/6000\r\nStatus: 000 200 OK\r\n-------report$\r\n");
        }
        while (chunks[^1].Continuation != '$');

        // What comes behind the reports is answered: they were read, and nothing has come of them.
        await peer.SendAsync(session.LocalUri, "after", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("after 200"));
        Assert.That(sending.IsCompleted, Is.False);
        foreach (RawMsrpPeer.Message chunk in chunks)
        {
            await peer.SendAsync(
                $"MSRP {chunk.Id} {status}To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n{header.Replace("{range}", chunk.Range.ToString(), StringComparison.Ordinal)}-------{chunk.Id}$\r\n");
        }

        MsrpSendResult result = await sending.WaitAsync(RawMsrpPeer.Patience);
        Assert.That((result.Outcome, result.AcknowledgedBytes, result.ReportedBytes), Is.EqualTo((MsrpSendOutcome.Completed, 6000, 0)));
    }

    [Test]
    [Category("RPT-017")]
    public async Task A_report_that_is_awaited_and_does_not_come_leaves_the_outcome_unknown_however_lively_the_peer_is()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectedAsync();
        Task<MsrpSendResult> sending = session.SendAsync(
            MsrpOutgoingContent.FromMemory(Png, new byte[4]) with { SuccessReport = true, AwaitSuccessReport = true }, null, CancellationToken.None);
        RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
        await peer.AnswerAsync(chunk, 200, peer.Uri);
        while (!sending.IsCompleted)
        {
            Assert.That(_time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1000)));
            await peer.SendAsync(session.LocalUri, "live", "", null, '$');
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("live 200"));
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), _time), stepSeconds: 10);
        }

        Assert.That((await sending).Outcome, Is.EqualTo(MsrpSendOutcome.Unknown));
        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [Test]
    [Category("MSRP-004")]
    public async Task What_is_written_is_what_the_narrowest_reader_takes()
    {
        await using IStreamListener listener = _network.Listen(new(System.Net.IPAddress.Loopback, 0));
        string path = $"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/Peer;tcp";
        MsrpSession session = _endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse(path));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        await using RawMsrpPeer peer = new((await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);
        Task<MsrpSendResult> sending = session.SendAsync(MsrpOutgoingContent.FromMemory(Png, "data"u8.ToArray()) with { SuccessReport = true }, null, CancellationToken.None);
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("$\r\n", StringComparison.Ordinal) || !text.ToString().Contains("data", StringComparison.Ordinal))
        {
            ReadResult read = await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(RawMsrpPeer.Patience);
            text.Append(Encoding.ASCII.GetString(read.Buffer));
            peer.Stream.Input.AdvanceTo(read.Buffer.End);
        }

        // The first carries no data: one peer dies of it. Ids of 8 to 20 letters and digits; "Name: value" with one space, names as in the RFC; the paths
        // first, the type last and without parameters; our path to the letter of what a=path said.
        string paths = $"To-Path: {path}\r\nFrom-Path: {session.LocalUri}\r\n".Replace(".", "\\.", StringComparison.Ordinal);
        Assert.That(text.ToString(), Does.Match(
            $"^MSRP (?<one>[A-Za-z0-9]{{8,20}}) SEND\r\n{paths}Message-ID: [A-Za-z0-9]{{8,31}}\r\nByte-Range: 1-0/0\r\n-------\\k<one>\\$\r\n"
            + $"MSRP (?<two>[A-Za-z0-9]{{8,20}}) SEND\r\n{paths}Message-ID: [A-Za-z0-9]{{8,31}}\r\nByte-Range: 1-4/4\r\nSuccess-Report: yes\r\nContent-Type: image/png\r\n\r\ndata\r\n-------\\k<two>\\$\r\n$"));
        await session.CloseAsync();
        await sending;
    }

    [Test]
    public async Task In_lock_step_each_chunk_waits_for_the_answer_to_the_one_before()
    {
        (MsrpSession session, RawMsrpPeer peer) = await ConnectedAsync();
        Task<MsrpSendResult> sending = session.SendAsync(
            MsrpOutgoingContent.FromMemory(Png, new byte[20_000]) with { ChunkSize = 2048, MaxUnanswered = 1 }, null, CancellationToken.None);
        RawMsrpPeer.Message chunk;
        do
        {
            chunk = (await peer.ReadAsync())!;
            await _time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(1), _time), stepSeconds: 1);
            Assert.That(peer.Stream.Input.TryRead(out ReadResult more), Is.False, () => $"{more.Buffer.Length} octets before the answer");
            await peer.AnswerAsync(chunk, 200, peer.Uri);
        }
        while (chunk.Continuation != '$');

        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
        Assert.That(() => MsrpOutgoingContent.FromMemory(Png, default) with { MaxUnanswered = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    [Category("SEC-001")]
    public async Task Thousands_of_messages_at_a_time_are_one_that_is_taken_and_refusals()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "first", "Byte-Range: 1-4/8\r\n", "1234", '+', "first");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("first 200"));
        for (int i = 0; i < 5000; i++)
        {
            await peer.SendAsync(session.LocalUri, "more", "Byte-Range: 1-4/8\r\n", "1234", '+', $"message{i}");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("more 413"));
        }

        await peer.SendAsync(session.LocalUri, "last", "Byte-Range: 5-8/8\r\n", "5678", '$', "first");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("last 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("12345678"));
        Assert.That(receiver.Begins, Is.EqualTo(1));
    }

    [TestCase(1, "path 200")]
    [TestCase(16, "path 200")]
    [TestCase(17, "end", "None")]
    [TestCase(10_000, "end", "HeadTooLong")]
    [Category("SEC-001")]
    public async Task A_path_of_many_uris_is_bounded_and_answered_where_it_came_from(int count, string answer, string? fault = null)
    {
        using var metrics = new CountedMetrics();
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();

        // Our own URI among them is nothing special: no answer goes anywhere but back.
        string from = string.Join(' ', Enumerable.Repeat(session.LocalUri.ToString(), count));
        await peer.SendAsync($"MSRP path SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {from}\r\nMessage-ID: m1234\r\nByte-Range: 1-0/0\r\n-------path$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        Assert.That(receiver.Begins, Is.Zero);
        if (fault is not null)
        {
            metrics.AssertCounted($"msrp.connections.ended reason=ProtocolError fault={fault} bound=True");
        }
    }

    private async Task<(MsrpSession Session, CollectingReceiver Receiver, RawMsrpPeer Peer)> BoundAsync(bool expectsMessage = false)
    {
        var receiver = new CollectingReceiver();
        MsrpSession session = _endpoint.CreateSession(new() { Receiver = receiver, ExpectsMessage = expectsMessage });
        RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("hello 200"));
        return (session, receiver, peer);
    }

    private async Task<(MsrpSession Session, RawMsrpPeer Peer)> ConnectedAsync()
    {
        await using IStreamListener listener = _network.Listen(new(System.Net.IPAddress.Loopback, 0));
        MsrpSession session = _endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/peer;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        RawMsrpPeer peer = new((await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);
        await peer.AnswerAsync((await peer.ReadAsync())!, 200, peer.Uri);
        return (session, peer);
    }
}
