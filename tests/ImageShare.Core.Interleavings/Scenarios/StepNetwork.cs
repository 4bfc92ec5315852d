using System.Net;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Net;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>A network within the process on which everything takes time, as on a real one: whatever else is possible may happen meanwhile, and datagrams overtake each other.
/// A lossy one also loses and repeats some.</summary>
internal sealed class StepNetwork(bool isLossy = false) : INetwork
{
    private readonly InMemoryNetwork _network = new();

    public IDatagramSocket BindDatagram(IPEndPoint local) => new StepDatagramSocket(_network.BindDatagram(local), isLossy);

    public IStreamListener Listen(IPEndPoint local) => _network.Listen(local);

    public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        await Order.Current.StepAsync();
        return await _network.ConnectAsync(remote, cancellationToken);
    }

    public IPAddress GetLocalAddressFor(IPAddress remote) => _network.GetLocalAddressFor(remote);

    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        await Order.Current.StepAsync();
        return await _network.ResolveAsync(host, cancellationToken);
    }
}
