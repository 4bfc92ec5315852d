using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>A TCP listener over a system socket.</summary>
internal sealed class SocketStreamListener(Socket socket) : IStreamListener
{
    // If the process has no file descriptors left, every accept fails at once: pause instead of spinning.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private volatile bool _disposed;

    public IPEndPoint LocalEndPoint { get; } = (IPEndPoint)socket.LocalEndPoint!;

    public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                return new SocketStreamConnection(accepted);
            }
            catch (Exception e) when (_disposed && e is SocketException or ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (accepted is not null || !IsBroken(e))
            {
                // The connection was closed before or right after it was accepted; the listener itself is fine.
                accepted?.Dispose();
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    // It does not listen any more, for example because the system has shut it down: every accept fails at once, and no later one works.
    private static bool IsBroken(SocketException failure) => failure.SocketErrorCode is SocketError.InvalidArgument or SocketError.NotSocket;

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
