using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>A network that counts the connections each listener has accepted.</summary>
internal sealed class CountingNetwork(INetwork inner) : INetwork
{
    private readonly ConcurrentDictionary<int, int> _accepted = new();

    public int AcceptedOn(int port) => _accepted.GetValueOrDefault(port);

    public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

    public IStreamListener Listen(IPEndPoint local) => new Listener(this, inner.Listen(local));

    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => inner.ConnectAsync(remote, cancellationToken);

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

    private sealed class Listener(CountingNetwork network, IStreamListener listener) : IStreamListener
    {
        public IPEndPoint LocalEndPoint => listener.LocalEndPoint;

        public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            IStreamConnection? connection = await listener.AcceptAsync(cancellationToken);
            if (connection is not null)
            {
                network._accepted.AddOrUpdate(LocalEndPoint.Port, 1, static (_, count) => count + 1);
            }

            return connection;
        }

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
