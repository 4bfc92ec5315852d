using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>A TCP connection over a system socket. Its buffers are large, so that one system call transfers many MSRP chunks.</summary>
internal sealed class SocketStreamConnection : IStreamConnection
{
    private const int ReadBufferSize = 512 * 1024;
    private const int MinimumReadSize = 64 * 1024;
    private const int WriteBufferSize = 128 * 1024;
    private const int LingerBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(1);

    // Only a few connections are busy at a time, and each of them reuses one block.
    private static readonly RecentBlocks ReadBlocks = new(ReadBufferSize, kept: 2);
    private static readonly RecentBlocks WriteBlocks = new(WriteBufferSize, kept: 4);

    private readonly Socket _socket;
    private readonly SocketPipeReader _input;
    private int _closed;

    public SocketStreamConnection(Socket socket)
    {
        _socket = socket;
        socket.NoDelay = true;
        UnsentBytes.Bound(socket);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        _input = new SocketPipeReader(socket, ReadBlocks, ReadBufferSize, MinimumReadSize);
        Output = PipeWriter.Create(new NetworkStream(socket, ownsSocket: false), new StreamPipeWriterOptions(WriteBlocks, WriteBufferSize, leaveOpen: true));
    }

    public bool ExpectsInput
    {
        get => _input.ExpectsInput;
        set => _input.ExpectsInput = value;
    }

    public PipeReader Input => _input;

    public PipeWriter Output { get; }

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    public void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            // Linger 0: the peer gets a reset, and no data stays in the kernel.
            _socket.Close(timeout: 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Send);
                await LingerAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
            {
                // The peer has already closed the connection, or its reader is completed.
            }

            _socket.Dispose();
        }
    }

    // Closing a socket with unread bytes resets the connection, which can discard the last bytes sent. Read and discard until the peer, which
    // has seen our shutdown, shuts down too. The time is limited, so a peer that keeps sending is cut off.
    private async ValueTask LingerAsync()
    {
        using var limit = new CancellationTokenSource(LingerTime);
        try
        {
            await _input.DiscardAsync(LingerBytes, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The time limit has expired.
        }
    }
}
