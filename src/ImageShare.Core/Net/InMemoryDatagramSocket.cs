using System.Net;
using System.Threading.Channels;

namespace ImageShare.Core.Net;

/// <summary>A datagram socket of an <see cref="InMemoryNetwork"/>. As in UDP, datagrams are lost if the queue is full.</summary>
internal sealed class InMemoryDatagramSocket(InMemoryNetwork network, IPEndPoint local) : IDatagramSocket
{
    private const int QueueLength = 4096;

    private readonly Channel<(IPEndPoint From, byte[] Bytes)> _received =
        Channel.CreateBounded<(IPEndPoint, byte[])>(new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite });

    public IPEndPoint LocalEndPoint { get; } = local;

    public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        network.Deliver(LocalEndPoint, remote, datagram);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            (IPEndPoint from, byte[] bytes) = await _received.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            int length = Math.Min(bytes.Length, buffer.Length);
            bytes.AsSpan(0, length).CopyTo(buffer.Span);
            return new ReceivedDatagram(length, from);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(InMemoryDatagramSocket));
        }
    }

    public ValueTask DisposeAsync()
    {
        network.Release(this);
        _received.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    internal void Receive(IPEndPoint from, ReadOnlyMemory<byte> datagram) => _received.Writer.TryWrite((from, datagram.ToArray()));
}
