using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>The UDP and TCP of the machine. Stateless; use <see cref="Instance"/>.</summary>
public sealed class SystemNetwork : INetwork
{
    private SystemNetwork()
    {
    }

    /// <summary>The only instance.</summary>
    public static SystemNetwork Instance { get; } = new();

    /// <inheritdoc/>
    /// <remarks>On Linux the socket has a thread from its first receive until it is disposed. What awaits a datagram continues on that thread.</remarks>
    public IDatagramSocket BindDatagram(IPEndPoint local)
    {
        ArgumentNullException.ThrowIfNull(local);
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(local);
            return new SocketDatagramSocket(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw CannotBind(local, "UDP", e);
        }
    }

    /// <inheritdoc/>
    public IStreamListener Listen(IPEndPoint local)
    {
        ArgumentNullException.ThrowIfNull(local);
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(local);
            socket.Listen(backlog: 512);
            return new SocketStreamListener(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw CannotBind(local, "TCP", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(remote, cancellationToken).ConfigureAwait(false);
            return new SocketStreamConnection(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ImageShareException(
                ImageShareError.PeerUnreachable,
                $"Cannot connect to {remote} over TCP ({e.SocketErrorCode}); check the address and port, and that the peer is running.",
                e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IPAddress GetLocalAddressFor(IPAddress remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        try
        {
            // Connecting a UDP socket sends nothing; it only queries the routing table.
            using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(new IPEndPoint(remote, 9));
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException e)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable, $"This machine has no route to {remote} ({e.SocketErrorCode}); check the network.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return [address];
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0)
            {
                return addresses;
            }
        }
        catch (SocketException e)
        {
            throw DoesNotResolve(host, e);
        }

        throw DoesNotResolve(host, null);
    }

    private static ImageShareException DoesNotResolve(string host, Exception? inner) => new(
        ImageShareError.PeerUnreachable, $"The name {host} cannot be resolved; check its spelling, or use an IP address.", inner);

    private static ImageShareException CannotBind(IPEndPoint local, string protocol, SocketException e) => new(
        ImageShareError.AddressInUse,
        e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"{protocol} port {local.Port} on {local.Address} is in use; choose another port, or 0 for a free one.",
            SocketError.AddressNotAvailable => $"{local.Address} is not an address of this machine; bind to one that is, and advertise the other.",
            SocketError.AccessDenied => $"Binding {protocol} {local} is not permitted; choose a port above 1023.",
            _ => $"Cannot bind {protocol} {local} ({e.SocketErrorCode}); choose another address or port.",
        },
        e);
}
