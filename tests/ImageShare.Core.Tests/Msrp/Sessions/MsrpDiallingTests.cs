using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Whom a session connects to, and who may not be connected to.</summary>
[TestFixture]
public sealed class MsrpDiallingTests : SendingTest
{
    [Test]
    [Category("TLS-004")]
    [Category("MSRP-029")]
    [Category("MSRP-016")]
    [Category("MSRP-026")]
    [Category("MSRP-028")]
    [Category("TLS-015")]
    public async Task The_active_side_connects_to_the_first_uri_and_sends_at_once()
    {
        MsrpSession session = Endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{Listener.LocalEndPoint.Port}/relay;tcp msrp://192.0.2.1:9/end;tcp"));
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
            Assert.That(Asked, Is.EqualTo(new[] { Listener.LocalEndPoint }));
        });
    }

    [Test]
    [Category("MSRP-028")]
    public async Task Tries_the_addresses_of_a_name_in_their_order()
    {
        var network = new NamedNetwork(Network, [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"), IPAddress.Loopback]);
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        MsrpSession session = endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://peer.example:{Listener.LocalEndPoint.Port}/x;tcp"));
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
        MsrpSession session = Endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse(uri));
        await Assert.ThatAsync(
            () => session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(error));
        Assert.That(Asked.Any(e => e.Port == 9), Is.False);
    }

    [Test]
    [Category("SEC-002")]
    public async Task Connecting_takes_no_longer_than_allowed()
    {
        var network = new NamedNetwork(Network, [IPAddress.Loopback]) { Hangs = true };
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { TimeProvider = Time });
        MsrpSession session = endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse("msrp://192.0.2.1:1000/x;tcp"));
        Task connecting = session.ConnectAsync(active: true, CancellationToken.None);
        Time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThatAsync(
            () => connecting.WaitAsync(RawMsrpPeer.Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));

        using var cancel = new CancellationTokenSource();
        connecting = session.ConnectAsync(active: true, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => connecting.WaitAsync(RawMsrpPeer.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Wrong_use_is_told()
    {
        MsrpSession session = Endpoint.CreateSession(new());
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
