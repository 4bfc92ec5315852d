using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>An in-memory network whose stream connections can all be broken at once.</summary>
internal sealed class BreakableNetwork : INetwork
{
    private readonly InMemoryNetwork _inner = new();
    private readonly ConcurrentBag<IStreamConnection> _connections = [];

    public void BreakAll()
    {
        foreach (IStreamConnection connection in _connections)
        {
            connection.Abort();
        }
    }

    public IDatagramSocket BindDatagram(IPEndPoint local) => _inner.BindDatagram(local);

    public IStreamListener Listen(IPEndPoint local) => _inner.Listen(local);

    public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        IStreamConnection connection = await _inner.ConnectAsync(remote, cancellationToken);
        _connections.Add(connection);
        return connection;
    }

    public IPAddress GetLocalAddressFor(IPAddress remote) => _inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => _inner.ResolveAsync(host, cancellationToken);
}
