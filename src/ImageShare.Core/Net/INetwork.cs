using System.Net;

namespace ImageShare.Core.Net;

/// <summary>
/// What carries the octets: datagram sockets, stream listeners and stream connections. <see cref="SystemNetwork"/> is the
/// machine's own network; <see cref="InMemoryNetwork"/> has the same face without a socket, for tests.
/// All members may be called at the same time from any thread.
/// </summary>
public interface INetwork
{
    /// <summary>Binds a datagram socket.</summary>
    /// <param name="local">The address and port to bind; port 0 lets the network choose.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the port is taken or the address is not ours.</exception>
    IDatagramSocket BindDatagram(IPEndPoint local);

    /// <summary>Starts to listen for stream connections; connections are queued from here on.</summary>
    /// <param name="local">The address and port to listen on; port 0 lets the network choose.</param>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.AddressInUse"/>: the port is taken or the address is not ours.</exception>
    IStreamListener Listen(IPEndPoint local);

    /// <summary>Opens a stream connection.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: refused or no route.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing stays open.</exception>
    ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken);

    /// <summary>
    /// The address of this machine that packets to <paramref name="remote"/> would leave from: what to advertise to that peer
    /// when the socket is bound to the unspecified address.
    /// </summary>
    IPAddress GetLocalAddressFor(IPAddress remote);

    /// <summary>The addresses of a host name, IPv4 and IPv6, in the resolver's order; a numeric address is its own answer.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: the name does not resolve.</exception>
    ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}
