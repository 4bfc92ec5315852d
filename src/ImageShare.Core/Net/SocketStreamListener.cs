using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>A TCP listener over a system socket.</summary>
internal sealed class SocketStreamListener(Socket socket) : IStreamListener
{
    private volatile bool _disposed;

    public IPEndPoint LocalEndPoint { get; } = (IPEndPoint)socket.LocalEndPoint!;

    public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new SocketStreamConnection(await socket.AcceptAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e) when (_disposed && e is SocketException or ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException)
            {
                // The connection was gone before it was taken from the queue; the listener itself is well.
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
