using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>UDP over a system socket.</summary>
internal sealed class SocketDatagramSocket : IDatagramSocket
{
    private readonly Socket _socket;
    private readonly EndPoint _any;

    public SocketDatagramSocket(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _any = new IPEndPoint(LocalEndPoint.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
    }

    public IPEndPoint LocalEndPoint { get; }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken) =>
        await _socket.SendToAsync(datagram, SocketFlags.None, remote, cancellationToken).ConfigureAwait(false);

    public async ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        SocketReceiveFromResult received =
            await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _any, cancellationToken).ConfigureAwait(false);
        return new ReceivedDatagram(received.ReceivedBytes, (IPEndPoint)received.RemoteEndPoint);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
