using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Relays;

/// <summary>Logging in to relays that are played here, and what goes through them.</summary>
[TestFixture]
public sealed class MsrpRelayTests
{
    private const string Challenge = "Digest realm=\"relay\", qop=\"auth\", nonce=\"n1\"";

    private static readonly TimeSpan Patience = RawMsrpPeer.Patience;

    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryNetwork _network = new();
    private MsrpEndpoint _alice = null!;
    private IStreamListener _listener = null!;

    [SetUp]
    public void SetUp()
    {
        _alice = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { Tls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] }, TimeProvider = _time });
        _listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
    }

    [TearDown]
    public async Task TearDown()
    {
        await _alice.DisposeAsync();
        await _listener.DisposeAsync();
    }

    private MsrpUri RelayUri => MsrpUri.Parse($"msrps://127.0.0.1:{_listener.LocalEndPoint.Port};tcp");

    [TestCase(true)]
    [TestCase(false)]
    [Category("TLS-016")]
    [Category("TLS-017")]
    [Category("TLS-018")]
    public async Task A_session_logs_in_and_runs_through_its_relay(bool active)
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        string first = await relay.ReadAsync();
        Assert.That(first, Does.Match($"^MSRP \\w+ AUTH\r\nTo-Path: {RelayUri}\r\nFrom-Path: msrps://127.0.0.1:\\d+/\\w+;tcp\r\n-------\\w+\\$\r\n$"), "nothing is proved to who has not asked");
        await relay.AnswerAsync(first, "401 Unauthorized", $"WWW-Authenticate: {Challenge}\r\n");
        string second = await relay.ReadAsync();
        AssertProof(second, RelayUri.ToString(), "n1", 1);
        await relay.AnswerAsync(second, "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp msrps://127.0.0.1:2855/c;tcp\r\nExpires: 900\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        Assert.That(session.AdvertisedPath.ToString(), Is.EqualTo($"msrps://127.0.0.1:2855/c;tcp msrps://127.0.0.1:2855/b;tcp {session.LocalUri}"), "C B A");

        session.SetPeerPath(MsrpPath.Parse("msrps://d.example:2855/d;tcp msrps://e.example:2855/e;tcp msrps://f.example:2855/f;tcp"));
        Task connecting = session.ConnectAsync(active, default);
        if (!active)
        {
            Assert.That(connecting.IsCompleted, Is.False, "the peer speaks first");
            await relay.SendAsync($"MSRP peer1234 SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: msrps://127.0.0.1:2855/b;tcp msrps://f.example:2855/f;tcp\r\n-------peer1234$\r\n");
            Assert.That(await relay.ReadAsync(), Does.StartWith("MSRP peer1234 200"));
        }

        await connecting.WaitAsync(Patience);
        Task<MsrpSendResult> sending = active
            ? Task.FromResult<MsrpSendResult>(null!)
            : session.SendAsync(MsrpOutgoingContent.FromMemory(new MediaType("image", "png"), "hello"u8.ToArray()), null, default);
        string send = await relay.ReadAsync();
        Assert.That(
            send,
            Does.Contain(" SEND\r\nTo-Path: msrps://127.0.0.1:2855/b;tcp msrps://127.0.0.1:2855/c;tcp msrps://d.example:2855/d;tcp msrps://e.example:2855/e;tcp msrps://f.example:2855/f;tcp\r\n"
                + $"From-Path: {session.LocalUri}\r\n"), "B C D E F");
        await relay.AnswerAsync(send, "200 OK", string.Empty);
        Assert.That((await sending.WaitAsync(Patience))?.Outcome, active ? Is.Null : Is.EqualTo(MsrpSendOutcome.Completed));
    }

    [TestCase("nextnonce=\"n2\", qop=auth", "n2")]
    [TestCase("qop=auth,rspauth=\"x, nextnonce=\\\"no\\\"\",NextNonce = \"n,2;=\"", "n,2;=")]
    [Category("TLS-019")]
    public async Task The_way_is_renewed_before_it_expires_with_the_next_nonce(string info, string nonce)
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "401 Unauthorized", $"WWW-Authenticate: {Challenge}\r\n");
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", $"Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 900\r\nAuthentication-Info: {info}\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        TimeSpan began = _time.Elapsed;
        string renewal = await _time.DriveAsync(relay.ReadAsync(), stepSeconds: 5);
        Assert.That(_time.Elapsed - began, Is.GreaterThan(TimeSpan.FromSeconds(600)).And.LessThan(TimeSpan.FromSeconds(900)));
        AssertProof(renewal, RelayUri.ToString(), nonce, 1);
        await relay.AnswerAsync(renewal, "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 100\r\n");
        began = _time.Elapsed;
        renewal = await _time.DriveAsync(relay.ReadAsync(), stepSeconds: 1);
        Assert.That(_time.Elapsed - began, Is.GreaterThan(TimeSpan.FromSeconds(50)).And.LessThan(TimeSpan.FromSeconds(100)));
        AssertProof(renewal, RelayUri.ToString(), nonce, 2);
        Assert.That(session.Ended.IsCompleted, Is.False, "it may lie still while nobody has answered the offer");
    }

    [TestCase(30, "Min-Expires: 60", "60")]
    [TestCase(9000, "Max-Expires: 3600", "3600")]
    [Category("TLS-019")]
    public async Task A_time_the_relay_does_not_like_is_changed_to_one_it_does(int wanted, string bound, string said)
    {
        Task<MsrpSession> creating = CreateAsync(TimeSpan.FromSeconds(wanted), Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        string first = await relay.ReadAsync();
        Assert.That(first, Does.Contain($"\r\nExpires: {wanted}\r\n"));
        await relay.AnswerAsync(first, "423 Interval Out-of-Bounds", bound + "\r\n");
        string second = await relay.ReadAsync();
        Assert.That(second, Does.Contain($"\r\nExpires: {said}\r\n"));
        await relay.AnswerAsync(second, "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 60\r\n");
        await (await creating.WaitAsync(Patience)).DisposeAsync();
    }

    // RFC 4976 §9.1 has 32 bits for it, a timer has 49 days.
    [TestCase(900u, 840)]
    [TestCase(4_294_967u, 4_294_907)]
    [TestCase(4_295_100u, 4_294_967)]
    [TestCase(uint.MaxValue, 4_294_967)]
    [Category("TLS-019")]
    public async Task A_way_that_is_granted_for_longer_than_a_timer_takes_is_renewed_all_the_same(uint expires, int seconds)
    {
        TimeSpan wait = new RelayGrant(MsrpPath.Parse("msrps://b.example:2855/b;tcp"), TimeSpan.FromSeconds(expires)).RefreshAfter!.Value;
        Assert.That((int)wait.TotalSeconds, Is.EqualTo(seconds));
        using var over = new CancellationTokenSource();
        Task waiting = Task.Delay(wait, TimeProvider.System, over.Token);
        await over.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category("TLS-019")]
    public async Task Another_way_at_a_renewal_is_told_and_taken_from_the_next_chunk_on()
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "401 Unauthorized", $"WWW-Authenticate: {Challenge}\r\n");
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", "Use-Path: msrps://127.0.0.1:2855/first;tcp\r\nExpires: 20\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.AdvertisedPathChanged += (_, _) => changed.SetResult();
        session.SetPeerPath(MsrpPath.Parse("msrps://127.0.0.1:2855/peers;tcp msrps://f.example:2855/f;tcp"));
        await session.ConnectAsync(active: true, default).WaitAsync(Patience);
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", string.Empty);

        // 41 s of transfer in four chunks, and a renewal after 15 s.
        Task<MsrpSendResult> sending = session.SendAsync(
            MsrpOutgoingContent.FromMemory(new MediaType("image", "png"), new byte[8192]) with { MaxBytesPerSecond = 200 }, null, default);
        var before = new List<string>();
        string message = await _time.DriveAsync(relay.ReadAsync());
        while (!message.Contains(" AUTH\r\n", StringComparison.Ordinal))
        {
            before.Add(message);
            await relay.AnswerAsync(message, "200 OK", string.Empty);
            message = await _time.DriveAsync(relay.ReadAsync());
        }

        Assert.That(before, Is.Not.Empty.And.All.Contain("To-Path: msrps://127.0.0.1:2855/first;tcp msrps://127.0.0.1:2855/peers;tcp msrps://f.example:2855/f;tcp\r\n"));
        Assert.That(changed.Task.IsCompleted, Is.False);
        await relay.AnswerAsync(message, "200 OK", "Use-Path: msrps://127.0.0.1:2855/second;tcp\r\nExpires: 900\r\n");
        await changed.Task.WaitAsync(Patience);
        Assert.That(session.AdvertisedPath.ToString(), Is.EqualTo($"msrps://127.0.0.1:2855/second;tcp {session.LocalUri}"));

        // The peer's relays may do the same; another peer is no matter of another way.
        Assert.That(session.TryRenewPeerPath(MsrpPath.Parse("msrps://127.0.0.1:2855/peers;tcp msrps://f.example:2855/another;tcp")), Is.False);
        Assert.That(session.TryRenewPeerPath(MsrpPath.Parse("msrps://127.0.0.1:2855/anew;tcp msrps://f.example:2855/f;tcp")), Is.True);
        string last;
        do
        {
            last = await _time.DriveAsync(relay.ReadAsync());
            await relay.AnswerAsync(last, "200 OK", string.Empty);
        }
        while (!last.EndsWith("$\r\n", StringComparison.Ordinal));

        Assert.That(last, Does.Contain("To-Path: msrps://127.0.0.1:2855/second;tcp msrps://127.0.0.1:2855/anew;tcp msrps://f.example:2855/f;tcp\r\n"));
        string Header(string text, string name) => text.Split("\r\n").Single(l => l.StartsWith(name, StringComparison.Ordinal));
        Assert.That(Header(last, "Message-ID: "), Is.EqualTo(Header(before[0], "Message-ID: ")));
        Assert.That(Header(last, "Byte-Range: "), Is.EqualTo("Byte-Range: 6145-8192/8192"));
        Assert.That((await sending.WaitAsync(Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
    }

    [Test]
    [Category("TLS-019")]
    public async Task The_same_way_at_a_renewal_is_nothing_to_tell()
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 20\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        int told = 0;
        session.AdvertisedPathChanged += (_, _) => Interlocked.Increment(ref told);
        for (int i = 0; i < 3; i++)
        {
            await relay.AnswerAsync(await _time.DriveAsync(relay.ReadAsync()), "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 20\r\n");
        }

        // The third is taken when a fourth is asked for.
        await _time.DriveAsync(relay.ReadAsync());
        Assert.That(told, Is.Zero);
    }

    [Test]
    [Category("TLS-019")]
    public async Task A_relay_that_grants_no_time_at_all_is_not_asked_without_end()
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 0\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        TimeSpan began = _time.Elapsed;
        await _time.DriveAsync(relay.ReadAsync());
        Assert.That(_time.Elapsed - began, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    [Category("TLS-019")]
    public async Task A_time_that_no_longer_pleases_is_changed_at_the_renewal()
    {
        Task<MsrpSession> creating = CreateAsync(TimeSpan.FromSeconds(20), Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 20\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        await relay.AnswerAsync(await _time.DriveAsync(relay.ReadAsync()), "423 Interval Out-of-Bounds", "Min-Expires: 300\r\n");
        Assert.That(await relay.ReadAsync(), Does.Contain("\r\nExpires: 300\r\n"));
    }

    [Test]
    [Category("TLS-016")]
    public async Task The_end_of_the_connection_to_the_relay_is_the_end_of_the_session()
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 900\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        await relay.DisposeAsync();
        Assert.That((await session.Ended.WaitAsync(Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.PeerClosed));
    }

    [Test]
    [Category("TLS-019")]
    public async Task A_second_relay_is_logged_in_to_through_the_first()
    {
        MsrpUri outer = MsrpUri.Parse("msrps://outer.example:2855;tcp");
        Task<MsrpSession> creating = CreateAsync(Relay(), new MsrpRelay(outer, "alice", "secret", "relay"));
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "401 Unauthorized", $"WWW-Authenticate: {Challenge}\r\n");
        await relay.AnswerAsync(await relay.ReadAsync(), "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp\r\nExpires: 900\r\n");
        string nested = await relay.ReadAsync();
        Assert.That(nested, Does.Contain($"\r\nTo-Path: msrps://127.0.0.1:2855/b;tcp {outer}\r\n").And.Not.Contain("Authorization"));
        await relay.AnswerAsync(nested, "401 Unauthorized", "WWW-Authenticate: Digest realm=\"relay\", qop=\"auth\", nonce=\"outer\"\r\n");
        nested = await relay.ReadAsync();
        AssertProof(nested, outer.ToString(), "outer", 1);
        await relay.AnswerAsync(nested, "200 OK", "Use-Path: msrps://127.0.0.1:2855/b;tcp msrps://outer.example:2855/c;tcp\r\nExpires: 1800\r\n");
        await using MsrpSession session = await creating.WaitAsync(Patience);
        Assert.That(session.AdvertisedPath.ToString(), Is.EqualTo($"msrps://outer.example:2855/c;tcp msrps://127.0.0.1:2855/b;tcp {session.LocalUri}"));
    }

    [TestCase("401 Unauthorized", "WWW-Authenticate: Digest realm=\"elsewhere\", qop=\"auth\", nonce=\"n1\"", ImageShareError.AuthenticationFailed)]
    [TestCase("401 Unauthorized", "WWW-Authenticate: Digest realm=\"relay\", nonce=\"n1\"", ImageShareError.AuthenticationFailed)]
    [TestCase("401 Unauthorized", "WWW-Authenticate: Basic realm=\"relay\"", ImageShareError.AuthenticationFailed)]
    [TestCase("403 Forbidden", "X: y", ImageShareError.AuthenticationFailed)]
    [TestCase("501 Unknown", "X: y", ImageShareError.Rejected)]
    [TestCase("423 Out", "X: y", ImageShareError.Rejected)]
    [TestCase("200 OK", "X: y", ImageShareError.MalformedMessage)]
    [Category("TLS-016")]
    public async Task A_relay_that_does_not_let_us_in_says_why(string status, string header, ImageShareError error)
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), status, header + "\r\n");
        await AssertFailsAsync(creating, error);
    }

    [Test]
    [Category("TLS-016")]
    public async Task A_wrong_password_is_said_once()
    {
        Task<MsrpSession> creating = CreateAsync(Relay());
        await using FakeRelay relay = await FakeRelay.AcceptAsync(_listener);
        await relay.AnswerAsync(await relay.ReadAsync(), "401 Unauthorized", $"WWW-Authenticate: {Challenge}\r\n");
        await relay.AnswerAsync(await relay.ReadAsync(), "401 Unauthorized", $"WWW-Authenticate: {Challenge.Replace("n1", "n2", StringComparison.Ordinal)}\r\n");
        await AssertFailsAsync(creating, ImageShareError.AuthenticationFailed);
    }

    [Test]
    [Category("TLS-016")]
    public void A_relay_is_connected_to_by_TLS_only() =>
        Assert.That(() => new MsrpRelay(MsrpUri.Parse("msrp://127.0.0.1:2855;tcp"), "alice", "secret"), Throws.ArgumentException);

    private MsrpRelay Relay() => new(RelayUri, "alice", "secret", "relay");

    private Task<MsrpSession> CreateAsync(params MsrpRelay[] relays) => _alice.CreateSessionAsync(new MsrpSessionOptions(), relays);

    private Task<MsrpSession> CreateAsync(TimeSpan expires, params MsrpRelay[] relays) => _alice.CreateSessionAsync(new MsrpSessionOptions(), relays, expires);

    private static async Task AssertFailsAsync(Task<MsrpSession> creating, ImageShareError error)
    {
        try
        {
            await creating.WaitAsync(Patience);
            Assert.Fail("It should not have been let in.");
        }
        catch (ImageShareException e)
        {
            Assert.That(e.Error, Is.EqualTo(error), e.Message);
        }
    }

    // The digest computed here, by the definition (RFC 7616 §3.4.1).
    private static void AssertProof(string request, string uri, string nonce, int count)
    {
        string line = request.Split("\r\n").Single(l => l.StartsWith("Authorization: Digest ", StringComparison.Ordinal));
        string Value(string name)
        {
            System.Text.RegularExpressions.Match found = System.Text.RegularExpressions.Regex.Match(line, $"[ ,]{name}=(?:\"([^\"]*)\"|([^\",]*))");
            return found.Groups[1].Value + found.Groups[2].Value;
        }

        string expected = Md5($"{Md5("alice:relay:secret")}:{nonce}:{count:x8}:{Value("cnonce")}:auth:{Md5("AUTH:" + uri)}");
        Assert.Multiple(() =>
        {
            Assert.That((Value("username"), Value("realm"), Value("nonce"), Value("uri")), Is.EqualTo(("alice", "relay", nonce, uri)));
            Assert.That(line, Does.Contain(", qop=auth, ").And.Contain($"nc={count:x8}"));
            Assert.That(Value("cnonce"), Is.Not.Empty);
            Assert.That(Value("response"), Is.EqualTo(expected));
            Assert.That(request, Does.Not.Contain("secret"));
        });
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The algorithm under test.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The relay's end of the connection, text in and text out.</summary>
    private sealed class FakeRelay(IStreamConnection stream) : IAsyncDisposable
    {
        public static async Task<FakeRelay> AcceptAsync(IStreamListener listener)
        {
            IStreamConnection stream = (await listener.AcceptAsync(default).AsTask().WaitAsync(Patience))!;
            return new FakeRelay(await new TlsEndpoint(new TlsOptions { Certificate = TestCertificates.Loopback })
                .AcceptAsync(stream, asksForCertificate: false, static (_, _, _, _) => null, default).AsTask().WaitAsync(Patience));
        }

        /// <summary>The next whole message: up to its end-line.</summary>
        public async Task<string> ReadAsync()
        {
            while (true)
            {
                System.IO.Pipelines.ReadResult read = await stream.Input.ReadAsync().AsTask().WaitAsync(Patience);
                string text = Encoding.UTF8.GetString(read.Buffer);
                string id = text.Split(' ') is [_, var first, ..] ? first : "?";
                int end = text.IndexOf($"-------{id}", StringComparison.Ordinal);
                int length = end + id.Length + 10;
                if (end >= 0 && text.Length >= length)
                {
                    stream.Input.AdvanceTo(read.Buffer.GetPosition(length));
                    return text[..length];
                }

                Assert.That(read.IsCompleted, Is.False, "the end of the stream");
                stream.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }

        public async Task SendAsync(string text)
        {
            await stream.Output.WriteAsync(Encoding.UTF8.GetBytes(text));
            await stream.Output.FlushAsync();
        }

        public Task AnswerAsync(string request, string status, string headers)
        {
            string id = request.Split(' ')[1];
            string To(string name) => request.Split("\r\n").First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..];
            return SendAsync($"MSRP {id} {status}\r\nTo-Path: {To("From-Path: ")}\r\nFrom-Path: {To("To-Path: ")}\r\n{headers}-------{id}$\r\n");
        }

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
