using System.Net;

namespace ImageShare.Core.Net;

/// <summary>
/// A network: datagram sockets, stream listeners and stream connections. <see cref="SystemNetwork"/> is the machine's network; <see
/// cref="InMemoryNetwork"/> works without sockets, for tests. All members are thread-safe.
/// </summary>
public interface INetwork
{
    /// <summary>Binds a datagram socket.</summary>
    /// <param name="local">The address and port to bind; port 0 picks a free port.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.AddressInUse"/>: the port is in use, or the address does not belong to this machine.
    /// </exception>
    IDatagramSocket BindDatagram(IPEndPoint local);

    /// <summary>Starts listening for stream connections, which are queued from then on.</summary>
    /// <param name="local">The address and port to listen on; port 0 picks a free port.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.AddressInUse"/>: the port is in use, or the address does not belong to this machine.
    /// </exception>
    IStreamListener Listen(IPEndPoint local);

    /// <summary>Opens a stream connection.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: the connection was refused, or there is no route.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing stays open.</exception>
    ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken = default);

    /// <summary>
    /// The local address from which packets to <paramref name="remote"/> are sent: the one to advertise to that peer if the socket is bound
    /// to the unspecified address.
    /// </summary>
    IPAddress GetLocalAddressFor(IPAddress remote);

    /// <summary>Resolves a host name to IPv4 and IPv6 addresses, in the order of the resolver. An IP address resolves to itself.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: the name does not resolve.</exception>
    ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken = default);
}
