using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ImageShare.Core.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>UDP over a system socket. It knows the last peer in the system's form, in either direction: most datagrams come from or go to the one before.</summary>
internal sealed class SocketDatagramSocket : IDatagramSocket
{
    private readonly Socket _socket;

    // Null where the runtime receives and sends asynchronously.
    private readonly DatagramReader? _reader;

    // Of the one receive there is at a time.
    private readonly SocketAddress _received;
    private Peer? _source;
    private Peer? _target;

    public SocketDatagramSocket(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _received = new SocketAddress(LocalEndPoint.AddressFamily);
        _reader = DatagramReader.IsSupported ? new DatagramReader(socket) : null;
    }

    public IPEndPoint LocalEndPoint { get; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
    {
        // Several may be sent at a time; each has an address that nobody changes.
        Peer? target = Volatile.Read(ref _target);
        if (target is null || !target.EndPoint.Equals(remote))
        {
            target = new Peer(new IPEndPoint(remote.Address, remote.Port), remote.Serialize());
            Volatile.Write(ref _target, target);
        }

        if (_reader is null)
        {
            await _socket.SendToAsync(datagram, SocketFlags.None, target.Address, cancellationToken).ConfigureAwait(false);
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        _socket.SendTo(datagram.Span, SocketFlags.None, target.Address);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int length = _reader is null
            ? await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _received, cancellationToken).ConfigureAwait(false)
            : await _reader.ReceiveFromAsync(buffer, _received, cancellationToken).ConfigureAwait(false);
        if (_source is null || !_source.Address.Equals(_received))
        {
            var address = new SocketAddress(_received.Family, _received.Size);
            _received.Buffer[.._received.Size].CopyTo(address.Buffer);
            _source = new Peer((IPEndPoint)LocalEndPoint.Create(address), address);
        }

        return new ReceivedDatagram(length, _source.EndPoint);
    }

    public ValueTask DisposeAsync()
    {
        if (_reader is not null)
        {
            return new ValueTask(_reader.CloseAsync());
        }

        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed record Peer(IPEndPoint EndPoint, SocketAddress Address);
}
