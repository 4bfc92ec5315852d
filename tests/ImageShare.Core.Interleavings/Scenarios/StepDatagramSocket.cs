using System.Net;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Net;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Each datagram is on its way for a while: others may overtake it.</summary>
internal sealed class StepDatagramSocket(IDatagramSocket socket, bool isLossy) : IDatagramSocket
{
    private bool _isClosed;

    public IPEndPoint LocalEndPoint => socket.LocalEndPoint;

    public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] copy = datagram.ToArray();
        for (int copies = isLossy ? Order.Current.Copies() : 1; copies > 0; copies--)
        {
            Order.Current.Post(() => Arrive(copy, remote), this);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => socket.ReceiveAsync(buffer, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return socket.DisposeAsync();
    }

    // The socket of the network within the process delivers at once, and never waits.
    private void Arrive(byte[] datagram, IPEndPoint remote)
    {
        if (!_isClosed)
        {
            socket.SendAsync(datagram, remote, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }
}
