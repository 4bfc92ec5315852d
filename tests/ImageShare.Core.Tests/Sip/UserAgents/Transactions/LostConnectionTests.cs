using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Tests.Sip.Transport;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.UserAgents.Transactions;

/// <summary>A connection that ends with a request on it and no answer yet (RFC 3261 §17.1.4, §18.1.1, §18.4).</summary>
[TestFixture(SipProtocol.Tcp)]
[TestFixture(SipProtocol.Tls)]
internal sealed class LostConnectionTests(SipProtocol protocol)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TlsOptions Tls = new()
    {
        Certificate = Tests.Net.TestCertificates.Loopback,
        TrustedRoots = [Tests.Net.TestCertificates.Authority],
    };

    private ManualTimeProvider _clock = null!;
    private InMemoryNetwork _network = null!;
    private SipTransport _transport = null!;
    private SipUserAgent _alice = null!;
    private IStreamListener _listener = null!;

    private SipUri Peer => SipUri.Parse($"sip:bob@{_listener.LocalEndPoint};transport={(protocol == SipProtocol.Tls ? "tls" : "tcp")}");

    [SetUp]
    public void Start()
    {
        _clock = new ManualTimeProvider();
        _network = new InMemoryNetwork();
        _listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _transport = SipTransport.Create(_network, new SipTransportOptions { TimeProvider = _clock, Tls = Tls });
        _alice = SipUserAgent.Start(
            _transport, new SipUserAgentOptions { Identity = new NameAddress(SipUri.Parse("sip:alice@ims.example")), TimeProvider = _clock }, new RecordingHandler());
    }

    [TearDown]
    public async Task Stop()
    {
        await _alice.DisposeAsync();
        await _transport.DisposeAsync();
        await _listener.DisposeAsync();
        Assert.That(() => _clock.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    [Test]
    [Category("TXN-016")]
    public async Task The_request_is_sent_once_more_and_its_answer_counts()
    {
        Task<SipResponse> asking = _alice.SendAsync(new SipRequest(SipMethod.Options, Peer));
        IStreamConnection first = await AcceptAsync();
        var request = (SipRequest)await first.ReadMessageAsync();
        first.Abort();
        await using IStreamConnection second = await AcceptAsync();
        var copy = (SipRequest)await second.ReadMessageAsync();
        Assert.That(copy.ToArray(), Is.EqualTo(request.ToArray()), "the same transaction");
        await second.WriteAsync(System.Text.Encoding.UTF8.GetString(SipResponse.CreateFor(copy, 200, toTag: "b").ToArray()));
        Assert.That((await asking.WaitAsync(Patience)).StatusCode, Is.EqualTo(200));
        Assert.That(_clock.Elapsed, Is.EqualTo(TimeSpan.Zero));
        await first.DisposeAsync();
    }

    [Test]
    [Category("TXN-016")]
    public async Task A_peer_that_is_gone_with_its_connection_is_told_at_once()
    {
        Task<SipResponse> asking = _alice.SendAsync(new SipRequest(SipMethod.Options, Peer));
        await using IStreamConnection connection = await AcceptAsync();
        await connection.ReadMessageAsync();
        await _listener.DisposeAsync();
        connection.Abort();
        await AssertUnreachableAsync(() => asking.WaitAsync(Patience));
        Assert.That(_clock.Elapsed, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    [Category("TXN-016")]
    public async Task An_INVITE_that_rings_fails_when_the_peer_is_gone()
    {
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OutgoingInvite call = _alice.Invite(new SipRequest(SipMethod.Invite, Peer), new InviteSettings { Provisional = _ => rang.TrySetResult() });
        await using IStreamConnection connection = await AcceptAsync();
        var invite = (SipRequest)await connection.ReadMessageAsync();
        var ringing = SipResponse.CreateFor(invite, 180, toTag: "b");
        await connection.WriteAsync(System.Text.Encoding.UTF8.GetString(ringing.ToArray()));
        await rang.Task.WaitAsync(Patience);
        await _listener.DisposeAsync();
        connection.Abort();
        var failed = (InviteOutcome.Failed)await call.Result.WaitAsync(Patience);
        Assert.That(failed.Error.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(_clock.Elapsed, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    [Category("SIPT-003")]
    public async Task The_answer_may_come_on_a_connection_the_peer_opens()
    {
        Task<SipResponse> asking = _alice.SendAsync(new SipRequest(SipMethod.Options, Peer));
        IStreamConnection first = await AcceptAsync();
        var request = (SipRequest)await first.ReadMessageAsync();
        first.Abort();
        await using IStreamConnection copy = await AcceptAsync();
        await copy.ReadMessageAsync();
        Via via = request.Headers.TopVia!;
        IStreamConnection back = await _network.ConnectAsync(new IPEndPoint(IPAddress.Parse(via.Host), via.Port!.Value), CancellationToken.None);
        await using IStreamConnection secured = protocol == SipProtocol.Tls
            ? await new TlsEndpoint(Tls).ConnectAsync(back, "127.0.0.1", TlsTrust.ForServer(Tls, "127.0.0.1", "sip"), CancellationToken.None)
            : back;
        await secured.WriteAsync(System.Text.Encoding.UTF8.GetString(SipResponse.CreateFor(request, 200, toTag: "b").ToArray()));
        Assert.That((await asking.WaitAsync(Patience)).StatusCode, Is.EqualTo(200));
        await first.DisposeAsync();
    }

    [Test]
    [Category("TXN-016")]
    public async Task A_peer_that_closes_every_connection_gets_two_copies_and_its_time()
    {
        Task<SipResponse> asking = _alice.SendAsync(new SipRequest(SipMethod.Options, Peer));
        for (int i = 0; i < 2; i++)
        {
            IStreamConnection connection = await AcceptAsync();
            await connection.ReadMessageAsync();
            connection.Abort();
            await connection.DisposeAsync();
        }

        Assert.That(() => _transport.ConnectionCount, Is.Zero.After(30_000, 1));
        _clock.Advance(TimeSpan.FromSeconds(31.9));
        await _alice.IdleAsync().WaitAsync(Patience);
        Assert.That(asking.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await Assert.ThatAsync(() => asking.WaitAsync(Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer));
    }

    private static async Task AssertUnreachableAsync(Func<Task> act) => await Assert.ThatAsync(
        () => act(), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));

    private async Task<IStreamConnection> AcceptAsync()
    {
        IStreamConnection accepted = (await _listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience))!;
        return protocol == SipProtocol.Tls
            ? await new TlsEndpoint(Tls).AcceptAsync(accepted, false, TlsTrust.ForClient(Tls), CancellationToken.None).AsTask().WaitAsync(Patience)
            : accepted;
    }
}
