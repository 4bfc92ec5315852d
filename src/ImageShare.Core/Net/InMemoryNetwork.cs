using System.Collections.Concurrent;
using System.Net;

namespace ImageShare.Core.Net;

/// <summary>
/// A network within the process: runs the whole stack without sockets, for tests of applications and of this library. Every address exists,
/// the unspecified address stands for all, and ports are independent of the machine's. Use <see cref="DatagramFilter"/> to drop, duplicate or
/// delay datagrams.
/// </summary>
/// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Pair" /></example>
public sealed class InMemoryNetwork : INetwork
{
    private readonly ConcurrentDictionary<IPEndPoint, InMemoryDatagramSocket> _datagram = new();
    private readonly ConcurrentDictionary<IPEndPoint, InMemoryStreamListener> _listeners = new();
    private int _nextPort = 20000;

    /// <summary>
    /// Decides how many copies of a datagram arrive: 0 drops it, 1 (the default) delivers it, 2 duplicates it. Arguments: source,
    /// destination, bytes. Called on the sender's thread; the bytes are valid during the call only.
    /// </summary>
    public Func<IPEndPoint, IPEndPoint, ReadOnlyMemory<byte>, int>? DatagramFilter { get; set; }

    /// <summary>Called before each stream connection with the listener's address; false refuses the connection, as if no one listened.</summary>
    public Func<IPEndPoint, bool>? ConnectFilter { get; set; }

    /// <summary>The host names that resolve, in addition to localhost, with their addresses. May be changed at any time.</summary>
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
    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken = default)
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

        throw new ImageShareException(ImageShareError.PeerUnreachable, $"There is no listener on {remote} in this in-memory network; start one first.");
    }

    /// <inheritdoc/>
    public IPAddress GetLocalAddressFor(IPAddress remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        return remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
    }

    /// <inheritdoc/>
    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return IPAddress.TryParse(host, out IPAddress? address)
            ? ValueTask.FromResult<IPAddress[]>([address])
            : Names.TryGetValue(host, out IPAddress[]? addresses)
            ? ValueTask.FromResult(addresses)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                ? ValueTask.FromResult<IPAddress[]>([IPAddress.Loopback])
                : throw new ImageShareException(
                    ImageShareError.PeerUnreachable, $"The in-memory network cannot resolve {host}; add it to InMemoryNetwork.Names, or use an IP address.");
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
