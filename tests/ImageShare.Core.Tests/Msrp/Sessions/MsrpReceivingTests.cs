using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>What a session answers, octet by octet, to a peer that may do anything.</summary>
[TestFixture]
public sealed class MsrpReceivingTests
{
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

    [Test]
    [Category("MSRP-025")]
    public void Every_session_has_a_uri_nobody_can_guess()
    {
        HashSet<string> seen = [];
        for (int i = 0; i < 1000; i++)
        {
            MsrpUri uri = _endpoint.CreateSession(new()).LocalUri;
            Assert.That(uri.SessionId, Has.Length.EqualTo(22), "22 of 62 characters are 131 bits");
            Assert.That(uri.Port, Is.EqualTo(_endpoint.LocalEndPoint.Port));
            Assert.That(seen.Add(uri.SessionId!), Is.True);
        }
    }

    [Test]
    public async Task An_unspecified_address_never_leaves()
    {
        await using MsrpEndpoint any = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { LocalEndPoint = new(System.Net.IPAddress.Any, 0) });
        Assert.That(() => any.CreateSession(new()), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        MsrpSession session = any.CreateSession(new() { AdvertisedAddress = System.Net.IPAddress.Parse("2001:db8::1") });
        Assert.That(session.LocalUri.ToString(), Does.StartWith("msrp://[2001:db8::1]:"));
    }

    [Test]
    [Category("RPT-003")]
    [Category("RPT-001")]
    [Category("MSRP-040")]
    [Category("MSRP-030")]
    [Category("TLS-005")]
    public async Task The_first_send_binds_and_one_without_body_is_answered_and_not_delivered()
    {
        // Before the peer's path is known here.
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await session.ConnectAsync(active: false, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        await peer.SendAsync(session.LocalUri, "aaaa", "", null, '$', messageId: null);
        await peer.SendAsync(
            $"MSRP bbbb SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: msrp://r:1/r;tcp msrp://p:1/p;tcp\r\nMessage-ID: m1234\r\nByte-Range: 1-0/0\r\n-------bbbb$\r\n");
        RawMsrpPeer.Message first = (await peer.ReadAsync())!;
        RawMsrpPeer.Message second = (await peer.ReadAsync())!;
        Assert.Multiple(() =>
        {
            Assert.That(first.ToString(), Is.EqualTo("aaaa 200"));
            Assert.That(first.To.ToString(), Is.EqualTo(peer.Uri.ToString()));
            Assert.That(first.From.ToString(), Is.EqualTo(session.LocalUri.ToString()));
            Assert.That(first.Continuation, Is.EqualTo('$'));
            Assert.That(second.ToString(), Is.EqualTo("bbbb 200"));
            Assert.That(second.To.ToString(), Is.EqualTo("msrp://r:1/r;tcp"), "a response to a SEND goes back one hop");
            Assert.That(receiver.Begins, Is.Zero);
        });
    }

    [TestCase("msrp://127.0.0.1:{port}/unknown;tcp", 481)]
    [TestCase("msrps://127.0.0.1:{port}/{id};tcp", 481)]
    [TestCase("msrp://127.0.0.2:{port}/{id};tcp", 481)]
    [TestCase("msrp://127.0.0.1:1/{id};tcp", 481)]
    [TestCase("msrp://127.0.0.1:{port};tcp", 481)]
    [TestCase("msrp://127.0.0.1:{port}/{id};tcp msrp://next:1/x;tcp", 481)]
    [Category("MSRP-030")]
    [Category("MSRP-032")]
    public async Task A_request_for_anyone_else_is_answered_481(string to, int status)
    {
        var receiver = new CollectingReceiver();
        MsrpSession session = _endpoint.CreateSession(new() { Receiver = receiver });
        to = to.Replace("{port}", _endpoint.LocalEndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{id}", session.LocalUri.SessionId, StringComparison.Ordinal);
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync($"MSRP aaaa SEND\r\nTo-Path: {to}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nContent-Type: a/b\r\n\r\nx\r\n-------aaaa$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"aaaa {status}"));
        await peer.SendAsync(
            $"MSRP bbbb SEND\r\nTo-Path: {to}\r\nFrom-Path: {peer.Uri}\r\nFailure-Report: no\r\n-------bbbb$\r\nMSRP cccc SEND\r\nTo-Path: {to}\r\nFrom-Path: {peer.Uri}\r\n-------cccc$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"cccc {status}"), "Failure-Report: no is never answered");
        Assert.That(receiver.Begins, Is.Zero);
    }

    // Border controllers rewrite hosts and ports: by choice the session id alone says which session it is, never the scheme.
    [TestCase("msrp://192.0.2.9:1/{id};tcp", true, 200)]
    [TestCase("msrp://border.example/{id};tcp", true, 200)]
    [TestCase("msrp://192.0.2.9:1/{id};tcp", false, 481)]
    [TestCase("msrps://192.0.2.9:1/{id};tcp", true, 481)]
    [TestCase("msrp://192.0.2.9:1/{id};ws", true, 481)]
    [TestCase("msrp://192.0.2.9:1/{id}x;tcp", true, 481)]
    [Category("MSRP-032")]
    public async Task A_session_is_found_by_its_id_alone_when_the_options_say_so(string to, bool matches, int status)
    {
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time, MatchesBySessionId = matches });
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver(), StrictFromPath = true });
        session.SetPeerPath(MsrpPath.Parse("msrp://10.0.0.1:2855/peersid;tcp"));
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, endpoint.LocalEndPoint);
        to = to.Replace("{id}", session.LocalUri.SessionId, StringComparison.Ordinal);
        await peer.SendAsync($"MSRP aaaa SEND\r\nTo-Path: {to}\r\nFrom-Path: msrp://192.0.2.8:7/peersid;tcp\r\n-------aaaa$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"aaaa {status}"));
    }

    [TestCase(false, "aaaa 200|bbbb 200|cccc 200")]
    [TestCase(true, "aaaa 200|bbbb 481|cccc 200")]
    [Category("MSRP-051")]
    public async Task Another_from_path_than_the_peers_is_a_remark_and_refused_only_when_strict(bool strict, string answers)
    {
        var log = new CountingLogger();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = _time, LoggerFactory = log });
        var receiver = new CollectingReceiver();
        MsrpSession session = endpoint.CreateSession(new() { Receiver = receiver, StrictFromPath = strict });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, endpoint.LocalEndPoint);
        session.SetPeerPath(new MsrpPath(peer.Uri));
        string stranger = "msrp://192.0.2.9:1/other;tcp";
        string relayed = $"msrp://relay.example:2855/r;tcp {peer.Uri}";
        foreach ((string id, string from, string answer) in ((string[])["aaaa", "bbbb", "cccc"]).Zip((string[])[peer.Uri.ToString(), stranger, relayed], answers.Split('|')))
        {
            await peer.SendAsync(
                $"MSRP {id} SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {from}\r\nMessage-ID: m{id}\r\nContent-Type: a/b\r\n\r\nx\r\n-------{id}$\r\n");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }

        Assert.That(receiver.Begins, Is.EqualTo(strict ? 2 : 3));
        Assert.That(log.Remarks, Is.EqualTo(1));
    }

    [Test]
    [Category("MSRP-031")]
    public async Task A_second_connection_for_a_bound_session_is_answered_506()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer first) = await BoundAsync();
        await using RawMsrpPeer second = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await second.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/4\r\n", "evil", '$');
        Assert.That(await second.ReadLineAsync(), Is.EqualTo("aaaa 506"));
        await first.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 1-4/4\r\n", "good", '$');
        Assert.That(await first.ReadLineAsync(), Is.EqualTo("bbbb 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("good"));
        Assert.That(receiver.Begins, Is.EqualTo(1));
    }

    [TestCase("", 200)]
    [TestCase("Failure-Report: yes\r\n", 200)]
    [TestCase("Failure-Report: partial\r\n", null)]
    [TestCase("Failure-Report: no\r\n", null)]
    [Category("RPT-002")]
    public async Task Success_is_answered_as_asked(string header, int? status)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", header + "Byte-Range: 1-4/4\r\n", "data", '$');
        await receiver.Completed.WaitAsync(RawMsrpPeer.Patience);
        await peer.SendAsync(session.LocalUri, "last", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo(status is null ? "last 200" : $"aaaa {status}"));
    }

    [TestCase("", true)]
    [TestCase("Failure-Report: partial\r\n", true)]
    [TestCase("Failure-Report: no\r\n", false)]
    [Category("RPT-002")]
    [Category("MSRP-045")]
    public async Task Failure_is_answered_as_asked(string header, bool answered)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(new() { Acceptance = MsrpAcceptance.Refuse(415) });
        await peer.SendAsync(session.LocalUri, "aaaa", header + "Byte-Range: 1-4/8\r\n", "data", '+');
        await peer.SendAsync(session.LocalUri, "bbbb", header + "Byte-Range: 5-8/8\r\n", "data", '$');
        await peer.SendAsync(session.LocalUri, "last", "", null, '$');
        if (answered)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 415"));
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 415"));
        }

        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("last 200"));
        Assert.That((receiver.Begins, receiver.Received, receiver.Aborts), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    [Category("MSRP-017")]
    [Category("MSRP-019")]
    public async Task Chunks_in_any_order_with_lying_ranges_come_together()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 7-999/9\r\n", "789", '$');
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 1-1/9\r\n", "12XX", '+');
        await peer.SendAsync(session.LocalUri, "cccc", "Byte-Range: 3-*/9\r\n", "3456", '+');
        foreach (string id in (string[])["aaaa", "bbbb", "cccc"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"{id} 200"));
        }

        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("123456789"));

        // The same once more, as after a lost response: acknowledged, not delivered.
        await peer.SendAsync(session.LocalUri, "dddd", "Byte-Range: 1-*/9\r\n", "123456789", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("dddd 200"));
        Assert.That((receiver.Begins, receiver.Completions), Is.EqualTo((1, 1)));
    }

    [Test]
    [Category("MSRP-046")]
    public async Task A_transfer_encoding_changes_nothing()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/4\r\nContent-Transfer-Encoding: base64\r\n", "QUJD", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("QUJD"));
    }

    [Test]
    [Category("MSRP-018")]
    public async Task A_message_without_id_and_range_is_whole_by_itself()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "", "data", '$', messageId: null);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(await receiver.Completed, Has.Length.EqualTo(4));
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 5-*/*\r\n", "data", '$', messageId: null);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 400"));
    }

    [TestCase("Byte-Range: 1-*/9\r\n", "1234567890", '+', 413, MsrpAbortReason.TooLarge, TestName = "More_than_announced")]
    [TestCase("Byte-Range: 1-*/*\r\n", "12345678901234567890123456789012345678901", '+', 413, MsrpAbortReason.TooLarge, TestName = "More_than_allowed")]
    [Category("MSRP-020")]
    public async Task Octets_beyond_the_bound_are_refused_and_the_message_aborted(string headers, string body, char flag, int status, object reason)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(maxSize: 40);
        await peer.SendAsync(session.LocalUri, "aaaa", headers, body, flag);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"aaaa {status}"));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(reason));
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 2-*/*\r\n", "x", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"bbbb {status}"));
        Assert.That((receiver.Begins, receiver.Completions, receiver.Aborts), Is.EqualTo((1, 0, 1)));
    }

    [TestCase("Byte-Range: 4611686018427387904-*/*\r\n")]
    [TestCase("Byte-Range: 1-*/9223372036854775807\r\n")]
    [Category("MSRP-020")]
    [Category("SEC-001")]
    public async Task An_absurd_range_is_refused_before_the_receiver_hears_of_it(string headers)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(maxSize: 1 << 20);
        await peer.SendAsync(session.LocalUri, "aaaa", headers, "x", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 413"));
        Assert.That(receiver.Begins, Is.Zero);
    }

    [Test]
    [Category("MSRP-021")]
    public async Task A_message_given_up_is_answered_200_and_aborted()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-*/9\r\n", "1234", '#');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.BySender));
        Assert.That(receiver.Completions, Is.Zero);
    }

    [Test]
    [Category("RPT-006")]
    public async Task A_refusal_does_not_wait_for_the_end_of_the_chunk()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync(new() { Acceptance = MsrpAcceptance.Refuse(413) });
        await peer.SendAsync($"MSRP aaaa SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-*/*\r\nContent-Type: a/b\r\n\r\nsome of it");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 413"));
    }

    [TestCase(MsrpSuccessReports.WholeMessage, "aaaa 200|bbbb 200|REPORT 1-8/8 0$ 200")]
    [TestCase(MsrpSuccessReports.EachChunk, "aaaa 200|REPORT 1-4/8 0$ 200|bbbb 200|REPORT 5-8/8 0$ 200")]
    [Category("RPT-010")]
    [Category("RPT-013")]
    public async Task Success_is_reported_when_asked(MsrpSuccessReports policy, string answers)
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync(reports: policy);
        await peer.SendAsync(session.LocalUri, "aaaa", "Success-Report: yes\r\nByte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync(session.LocalUri, "bbbb", "Success-Report: yes\r\nByte-Range: 5-8/8\r\n", "5678", '$');
        foreach (string answer in answers.Split('|'))
        {
            RawMsrpPeer.Message message = (await peer.ReadAsync())!;
            Assert.That(message.ToString(), Is.EqualTo(answer));
            if (message.Method is not null)
            {
                Assert.That(message.MessageId, Is.EqualTo("m1234"));
                Assert.That(message.To.ToString(), Is.EqualTo(peer.Uri.ToString()));
            }
        }

        await peer.SendAsync(session.LocalUri, "cccc", "Success-Report: no\r\nByte-Range: 1-4/4\r\n", "1234", '$', "m5678");
        await peer.SendAsync(session.LocalUri, "last", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("cccc 200"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("last 200"));
    }

    [Test]
    [Category("MSRP-022")]
    [Category("RPT-013")]
    public async Task Reports_and_stray_responses_get_no_answer_and_unknown_methods_501()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        string paths = $"To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n";
        await peer.SendAsync(
            $"MSRP aaaa REPORT\r\n{paths}Message-ID: none\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n"
            + $"MSRP bbbb 200 Report received\r\n{paths}-------bbbb$\r\n"
            + $"MSRP cccc 999\r\n{paths}-------cccc$\r\n"
            + $"MSRP dddd NICKNAME\r\n{paths}Use-Nickname: x\r\n-------dddd$\r\n"
            + $"MSRP eeee SEND\r\n{paths}X-Unknown: y\r\n-------eeee$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("dddd 501"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("eeee 200"));
    }

    [Test]
    [Category("MSRP-042")]
    [Category("MSRP-001")]
    public async Task A_request_that_cannot_be_understood_is_answered_400_and_the_stream_goes_on()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        string paths = $"To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n";
        await peer.SendAsync(
            $"MSRP aaaa SEND\r\n{paths}Byte-Range: 0-0/0\r\nContent-Type: a/b\r\n\r\nbody\r\n-------aaaa$\r\n"
            + $"MSRP bbbb send\r\n{paths}-------bbbb$\r\nMSRP cccc SEND\r\n{paths}X: y\r\n folded\r\n-------cccc$\r\nMSRP dddd SEND\r\n{paths}-------dddd$\r\n");
        foreach (string answer in (string[])["aaaa 400", "bbbb 400", "cccc 400", "dddd 200"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }
    }

    [TestCase("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("INVITE sip:a@b SIP/2.0\r\n")]
    [TestCase("msrp aaaa SEND\r\n")]
    [TestCase("MSRP aaaa SEND\r\nTo-Path: msrp://x:1/y;tcp\r\n-------aaaa$\r\n")]
    [Category("SEC-001")]
    [Category("MSRP-042")]
    public async Task Another_protocol_is_cut_off_without_an_answer(string octets)
    {
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(octets);
        await AssertCutOffAsync(peer);
    }

    [Test]
    [Category("MSRP-044")]
    [Category("SEC-002")]
    public async Task A_connection_that_names_no_session_is_cut_off()
    {
        await using RawMsrpPeer silent = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await using RawMsrpPeer wrong = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        (MsrpSession session, _, RawMsrpPeer bound) = await BoundAsync();
        await wrong.SendAsync($"MSRP aaaa SEND\r\nTo-Path: msrp://x:1/y;tcp\r\nFrom-Path: {wrong.Uri}\r\n-------aaaa$\r\n");
        Assert.That(await wrong.ReadLineAsync(), Is.EqualTo("aaaa 481"));
        await silent.SendAsync("MSRP bb");
        _time.Advance(TimeSpan.FromSeconds(29));
        await bound.SendAsync(session.LocalUri, "cccc", "", null, '$');
        Assert.That(await bound.ReadLineAsync(), Is.EqualTo("cccc 200"));
        _time.Advance(TimeSpan.FromSeconds(1));
        await AssertCutOffAsync(silent);
        await AssertCutOffAsync(wrong);
        await bound.SendAsync(session.LocalUri, "dddd", "", null, '$');
        Assert.That(await bound.ReadLineAsync(), Is.EqualTo("dddd 200"));
    }

    [Test]
    [Category("MSRP-044")]
    public async Task Connections_that_name_no_session_are_few()
    {
        List<RawMsrpPeer> peers = [];
        for (int i = 0; i < 32; i++)
        {
            peers.Add(await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint));
        }

        await using RawMsrpPeer oneTooMany = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await AssertCutOffAsync(oneTooMany);
        foreach (RawMsrpPeer peer in peers)
        {
            await peer.DisposeAsync();
        }
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_session_nobody_binds_ends()
    {
        MsrpSession session = _endpoint.CreateSession(new());
        Task waiting = session.ConnectAsync(active: false, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThatAsync(
            () => waiting.WaitAsync(RawMsrpPeer.Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MediaNotConnected));
        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.BindTimeout));
    }

    [Test]
    public async Task The_end_of_the_stream_after_the_message_is_a_good_end()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/4\r\n", "data", '$');
        await peer.DisposeAsync();
        Assert.That(await receiver.Completed.WaitAsync(RawMsrpPeer.Patience), Has.Length.EqualTo(4));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.PeerClosed));
    }

    [TestCase('+', true)]
    [TestCase('+', false)]
    [TestCase('$', true)]
    public async Task The_end_of_the_stream_before_the_end_of_the_message_is_a_loss(char flag, bool cutChunk)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 5-*/*\r\n", "data", flag);
        if (cutChunk)
        {
            await peer.SendAsync($"MSRP bbbb SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-*/*\r\nContent-Type: a/b\r\n\r\nda");
        }

        await receiver.Begun.WaitAsync(RawMsrpPeer.Patience);
        await peer.DisposeAsync();
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.ConnectionLost));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
    }

    [Test]
    [Category("MSRP-033")]
    public async Task A_reset_ends_all_sessions_of_the_connection()
    {
        (MsrpSession first, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        MsrpSession second = _endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await peer.SendAsync(second.LocalUri, "bind", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind 200"));
        await peer.SendAsync(first.LocalUri, "aaaa", "Byte-Range: 1-4/9\r\n", "data", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        peer.Stream.Abort();
        Assert.That((await first.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
        Assert.That((await second.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ConnectionLost));
        Assert.That(await receiver.Aborted, Is.EqualTo(MsrpAbortReason.ConnectionLost));
    }

    [Test]
    [Category("SEC-002")]
    public async Task A_connection_that_lies_still_ends()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        _time.Advance(TimeSpan.FromSeconds(59));
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/9\r\n", "data", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(session.Ended.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.Idle));
        Assert.That(await receiver.Aborted, Is.EqualTo(MsrpAbortReason.ConnectionLost));
    }

    [Test]
    public async Task Nothing_is_left_behind()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        await peer.DisposeAsync();
        await session.Ended.WaitAsync(RawMsrpPeer.Patience);
        await _endpoint.DisposeAsync();
        Assert.That(() => _time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    public async Task A_heartbeat_is_swallowed_and_a_second_message_at_a_time_refused()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync(
            $"MSRP bbbb SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: beat\r\nContent-Type: text/x-msrp-heartbeat\r\n\r\nHEARTBEAT\r\n-------bbbb$\r\n");
        await peer.SendAsync(session.LocalUri, "cccc", "Byte-Range: 1-1/1\r\n", "x", '$', "other");
        await peer.SendAsync(session.LocalUri, "dddd", "Byte-Range: 5-8/8\r\n", "5678", '$');
        foreach (string answer in (string[])["aaaa 200", "bbbb 200", "cccc 413", "dddd 200"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }

        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("12345678"));
        Assert.That(receiver.Begins, Is.EqualTo(1));
    }

    [Test]
    [Category("SEC-001")]
    public async Task Garbage_on_a_bound_connection_ends_it_and_nothing_else()
    {
        byte[] noise = new byte[3000];
        for (int seed = 0; seed < 50; seed++)
        {
            (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
            new Random(seed).NextBytes(noise);
            await peer.SendAsync(Encoding.Latin1.GetString(noise));
            Assert.That((await session.Ended.WaitAsync(RawMsrpPeer.Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.ProtocolError));
            Assert.That(receiver.Begins, Is.Zero);
            await peer.DisposeAsync();
        }
    }

    private sealed class CountingLogger : Microsoft.Extensions.Logging.ILoggerFactory, Microsoft.Extensions.Logging.ILogger
    {
        private int _remarks;

        public int Remarks => Volatile.Read(ref _remarks);

        public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(Microsoft.Extensions.Logging.ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 1205)
            {
                Interlocked.Increment(ref _remarks);
            }
        }

        public void Dispose()
        {
        }
    }

    private static async Task AssertCutOffAsync(RawMsrpPeer peer)
    {
        try
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("end"));
        }
        catch (IOException)
        {
            // A reset says the same.
        }
    }

    [TestCase("", "open 481")]
    [TestCase("Failure-Report: partial\r\n", "open 481")]
    [TestCase("Failure-Report: no\r\n", null)]
    public async Task A_chunk_whose_session_closes_in_the_middle_is_not_answered_as_taken(string report, string? answer)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await using RawMsrpPeer closing = peer;
        MsrpSession other = _endpoint.CreateSession(new());
        await peer.SendAsync(other.LocalUri, "other", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("other 200"));
        await peer.SendAsync(
            $"MSRP open SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\n{report}Byte-Range: 1-8/8\r\nContent-Type: a/b\r\n\r\n0123");
        await receiver.Begun.WaitAsync(RawMsrpPeer.Patience);
        await session.CloseAsync();
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.SessionClosed));
        await peer.SendAsync("4567\r\n-------open$\r\n");
        await peer.SendAsync(session.LocalUri, "next", "Byte-Range: 1-8/8\r\n", "01234567", '$');
        if (answer is not null)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }

        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("next 481"));
        Assert.That(receiver.Completions, Is.Zero);
    }

    private async Task<(MsrpSession Session, CollectingReceiver Receiver, RawMsrpPeer Peer)> BoundAsync(
        CollectingReceiver? receiver = null, long maxSize = long.MaxValue, MsrpSuccessReports reports = MsrpSuccessReports.WholeMessage)
    {
        receiver ??= new CollectingReceiver();
        MsrpSession session = _endpoint.CreateSession(new() { Receiver = receiver, MaxMessageSize = maxSize, SuccessReports = reports });
        RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("hello 200"));
        return (session, receiver, peer);
    }
}
