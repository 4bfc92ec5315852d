using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Resolves names of its own and leaves everything else to another network: names that no resolver of this machine knows.</summary>
internal sealed class NamingNetwork(INetwork inner, IReadOnlyDictionary<string, IPAddress> names) : INetwork
{
    public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

    public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => inner.ConnectAsync(remote, cancellationToken);

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        names.TryGetValue(host, out IPAddress? address) ? new([address]) : inner.ResolveAsync(host, cancellationToken);
}
