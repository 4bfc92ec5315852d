using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>An in-memory network in which ports of one address are forwarded to ports of another, as a NAT does: what is sent from there seems to come from here.</summary>
internal sealed class PortMappedNetwork(InMemoryNetwork inner, params (string Outside, string Inside)[] ports) : INetwork
{
    private readonly Dictionary<IPEndPoint, IPEndPoint> _inward = ports.ToDictionary(p => IPEndPoint.Parse(p.Outside), p => IPEndPoint.Parse(p.Inside));
    private readonly Dictionary<IPEndPoint, IPEndPoint> _outward = ports.ToDictionary(p => IPEndPoint.Parse(p.Inside), p => IPEndPoint.Parse(p.Outside));

    /// <summary>The connections that were opened, as they were dialled.</summary>
    public List<IPEndPoint> Dialled { get; } = [];

    public IDatagramSocket BindDatagram(IPEndPoint local) => new Mapped(inner.BindDatagram(local), this);

    public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        lock (Dialled)
        {
            Dialled.Add(remote);
        }

        return inner.ConnectAsync(_inward.GetValueOrDefault(remote, remote), cancellationToken);
    }

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

    private sealed class Mapped(IDatagramSocket socket, PortMappedNetwork network) : IDatagramSocket
    {
        public IPEndPoint LocalEndPoint => socket.LocalEndPoint;

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken) =>
            socket.SendAsync(datagram, network._inward.GetValueOrDefault(remote, remote), cancellationToken);

        public async ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            ReceivedDatagram received = await socket.ReceiveAsync(buffer, cancellationToken);
            return received with { Remote = network._outward.GetValueOrDefault(received.Remote, received.Remote) };
        }

        public ValueTask DisposeAsync() => socket.DisposeAsync();
    }
}
