using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Which session a request is for, who may bind it, and connections that nobody binds.</summary>
[TestFixture]
public sealed class MsrpBindingTests : ReceivingTest
{
    [Test]
    [Category("MSRP-025")]
    public void Every_session_has_a_uri_nobody_can_guess()
    {
        HashSet<string> seen = [];
        for (int i = 0; i < 1000; i++)
        {
            MsrpUri uri = Endpoint.CreateSession(new()).LocalUri;
            Assert.That(uri.SessionId, Has.Length.EqualTo(22), "22 of 62 characters are 131 bits");
            Assert.That(uri.Port, Is.EqualTo(Endpoint.LocalEndPoint.Port));
            Assert.That(seen.Add(uri.SessionId!), Is.True);
        }
    }

    [Test]
    public async Task An_unspecified_address_never_leaves()
    {
        await using MsrpEndpoint any = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { LocalEndPoint = new(System.Net.IPAddress.Any, 0) });
        Assert.That(() => any.CreateSession(new()), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        MsrpSession session = any.CreateSession(new() { AdvertisedHost = "2001:db8::1" });
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
        MsrpSession session = Endpoint.CreateSession(new() { Receiver = receiver });
        to = to.Replace("{port}", Endpoint.LocalEndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{id}", session.LocalUri.SessionId, StringComparison.Ordinal);
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
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
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { TimeProvider = Time, MatchBySessionId = matches });
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver(), StrictFromPath = true });
        session.SetPeerPath(MsrpPath.Parse("msrp://10.0.0.1:2855/peersid;tcp"));
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, endpoint.LocalEndPoint);
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
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { TimeProvider = Time, LoggerFactory = log });
        var receiver = new CollectingReceiver();
        MsrpSession session = endpoint.CreateSession(new() { Receiver = receiver, StrictFromPath = strict });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, endpoint.LocalEndPoint);
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
        await using RawMsrpPeer second = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
        await second.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/4\r\n", "evil", '$');
        Assert.That(await second.ReadLineAsync(), Is.EqualTo("aaaa 506"));
        await first.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 1-4/4\r\n", "good", '$');
        Assert.That(await first.ReadLineAsync(), Is.EqualTo("bbbb 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("good"));
        Assert.That(receiver.Begins, Is.EqualTo(1));
    }

    [Test]
    [Category("MSRP-044")]
    [Category("SEC-002")]
    public async Task A_connection_that_names_no_session_is_cut_off()
    {
        await using RawMsrpPeer silent = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
        await using RawMsrpPeer wrong = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
        (MsrpSession session, _, RawMsrpPeer bound) = await BoundAsync();
        await wrong.SendAsync($"MSRP aaaa SEND\r\nTo-Path: msrp://x:1/y;tcp\r\nFrom-Path: {wrong.Uri}\r\n-------aaaa$\r\n");
        Assert.That(await wrong.ReadLineAsync(), Is.EqualTo("aaaa 481"));
        await silent.SendAsync("MSRP bb");
        Time.Advance(TimeSpan.FromSeconds(29));
        await bound.SendAsync(session.LocalUri, "cccc", "", null, '$');
        Assert.That(await bound.ReadLineAsync(), Is.EqualTo("cccc 200"));
        Time.Advance(TimeSpan.FromSeconds(1));
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
            peers.Add(await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint));
        }

        await using RawMsrpPeer oneTooMany = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
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
        MsrpSession session = Endpoint.CreateSession(new());
        Task waiting = session.ConnectAsync(active: false, CancellationToken.None);
        Time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThatAsync(
            () => waiting.WaitAsync(RawMsrpPeer.Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.MediaNotConnected));
        Assert.That((await session.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.BindTimeout));
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
}
