using System.Net;
using System.Threading.Channels;

namespace ImageShare.Core.Net;

/// <summary>A listener of an <see cref="InMemoryNetwork"/>.</summary>
internal sealed class InMemoryStreamListener(InMemoryNetwork network, IPEndPoint local) : IStreamListener
{
    private readonly Channel<InMemoryStreamConnection> _queue = Channel.CreateUnbounded<InMemoryStreamConnection>();

    public IPEndPoint LocalEndPoint { get; } = local;

    public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken) =>
        await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _queue.Reader.TryRead(out InMemoryStreamConnection? next)
            ? next
            : null;

    public ValueTask DisposeAsync()
    {
        network.Release(this);
        if (_queue.Writer.TryComplete())
        {
            while (_queue.Reader.TryRead(out InMemoryStreamConnection? waiting))
            {
                waiting.Abort();
            }
        }

        return ValueTask.CompletedTask;
    }

    internal bool TryQueue(InMemoryStreamConnection connection) => _queue.Writer.TryWrite(connection);
}
