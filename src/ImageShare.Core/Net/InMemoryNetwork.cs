using System.Collections.Concurrent;
using System.Net;

namespace ImageShare.Core.Net;

/// <summary>
/// A network inside the process: the whole stack runs on it without a socket, for tests of applications and of the library
/// itself. Every address exists, and the unspecified address stands for all of them; ports are the network's own. Datagrams can be dropped, doubled or held back with
/// <see cref="DatagramFilter"/>.
/// </summary>
public sealed class InMemoryNetwork : INetwork
{
    private readonly ConcurrentDictionary<IPEndPoint, InMemoryDatagramSocket> _datagram = new();
    private readonly ConcurrentDictionary<IPEndPoint, InMemoryStreamListener> _listeners = new();
    private int _nextPort = 20000;

    /// <summary>
    /// Decides how many copies of a datagram arrive: 0 loses it, 1 (the default) delivers it, 2 doubles it. Arguments: from, to, octets.
    /// Called on the sender's thread; the octets are valid during the call only.
    /// </summary>
    public Func<IPEndPoint, IPEndPoint, ReadOnlyMemory<byte>, int>? DatagramFilter { get; set; }

    /// <summary>
    /// Asked before each stream connection, with the listener's address; false refuses it, as if nobody listened there.
    /// </summary>
    public Func<IPEndPoint, bool>? ConnectFilter { get; set; }

    /// <summary>The host names this network knows beside localhost, and their addresses. May be changed at any time.</summary>
    public IDictionary<string, IPAddress[]> Names { get; } = new ConcurrentDictionary<string, IPAddress[]>(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IDatagramSocket BindDatagram(IPEndPoint local)
    {
        ArgumentNullException.ThrowIfNull(local);
        return Bind(_datagram, local, endPoint => new InMemoryDatagramSocket(this, endPoint));
    }

    /// <inheritdoc/>
    public IStreamListener Listen(IPEndPoint local)
    {
        ArgumentNullException.ThrowIfNull(local);
        return Bind(_listeners, local, endPoint => new InMemoryStreamListener(this, endPoint));
    }

    /// <inheritdoc/>
    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remote);
        cancellationToken.ThrowIfCancellationRequested();
        if (ConnectFilter?.Invoke(remote) != false && Find(_listeners, remote) is { } listener)
        {
            var local = new IPEndPoint(remote.Address, Interlocked.Increment(ref _nextPort));
            (InMemoryStreamConnection ours, InMemoryStreamConnection theirs) = InMemoryStreamConnection.CreatePair(local, remote);
            if (listener.TryQueue(theirs))
            {
                return ValueTask.FromResult<IStreamConnection>(ours);
            }
        }

        throw new ImageShareException(ImageShareError.PeerUnreachable, $"Nobody listens on {remote} in this in-memory network.");
    }

    /// <inheritdoc/>
    public IPAddress GetLocalAddressFor(IPAddress remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        return remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
    }

    /// <inheritdoc/>
    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return IPAddress.TryParse(host, out IPAddress? address)
            ? ValueTask.FromResult<IPAddress[]>([address])
            : Names.TryGetValue(host, out IPAddress[]? addresses)
            ? ValueTask.FromResult(addresses)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                ? ValueTask.FromResult<IPAddress[]>([IPAddress.Loopback])
                : throw new ImageShareException(
                    ImageShareError.PeerUnreachable, $"The in-memory network does not know {host}; add it to its Names, or give an address.");
    }

    internal void Deliver(IPEndPoint from, IPEndPoint to, ReadOnlyMemory<byte> datagram)
    {
        if (Find(_datagram, to) is not { } socket)
        {
            return;
        }

        if (IsUnspecified(from.Address))
        {
            from = new IPEndPoint(GetLocalAddressFor(to.Address), from.Port);
        }

        int copies = DatagramFilter?.Invoke(from, to, datagram) ?? 1;
        for (int i = 0; i < copies; i++)
        {
            socket.Receive(from, datagram);
        }
    }

    internal void Release(InMemoryDatagramSocket socket) => _datagram.TryRemove(new(socket.LocalEndPoint, socket));

    internal void Release(InMemoryStreamListener listener) => _listeners.TryRemove(new(listener.LocalEndPoint, listener));

    private static bool IsUnspecified(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static T? Find<T>(ConcurrentDictionary<IPEndPoint, T> bound, IPEndPoint endPoint)
        where T : class
    {
        IPAddress any = endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        return bound.GetValueOrDefault(endPoint) ?? bound.GetValueOrDefault(new IPEndPoint(any, endPoint.Port));
    }

    private T Bind<T>(ConcurrentDictionary<IPEndPoint, T> bound, IPEndPoint local, Func<IPEndPoint, T> create)
    {
        while (true)
        {
            var endPoint = local.Port == 0 ? new IPEndPoint(local.Address, Interlocked.Increment(ref _nextPort)) : local;
            T item = create(endPoint);
            if (bound.TryAdd(endPoint, item))
            {
                return item;
            }

            if (local.Port != 0)
            {
                throw new ImageShareException(
                    ImageShareError.AddressInUse, $"Port {local.Port} on {local.Address} is in use; choose another port, or 0 for a free one.");
            }
        }
    }
}
