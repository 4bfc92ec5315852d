using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>A TCP connection over a system socket. Large buffers: one system call moves many MSRP chunks.</summary>
internal sealed class SocketStreamConnection : IStreamConnection
{
    private const int ReadBufferSize = 512 * 1024;
    private const int MinimumReadSize = 64 * 1024;
    private const int WriteBufferSize = 128 * 1024;
    private const int LingerOctets = 16 * 1024 * 1024;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(1);

    // Few connections are busy at a time; each of them turns one block over and over.
    private static readonly RecentBlocks ReadBlocks = new(ReadBufferSize, kept: 2);
    private static readonly RecentBlocks WriteBlocks = new(WriteBufferSize, kept: 4);

    private readonly Socket _socket;
    private int _closed;

    public SocketStreamConnection(Socket socket)
    {
        _socket = socket;
        socket.NoDelay = true;
        UnsentOctets.Bound(socket);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        var stream = new Stream(this);
        Input = PipeReader.Create(
            stream, new StreamPipeReaderOptions(ReadBlocks, ReadBufferSize, MinimumReadSize, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(WriteBlocks, WriteBufferSize, leaveOpen: true));
    }

    public bool ExpectsInput { get; set; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    public void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            // Linger 0: the peer gets a reset and nothing waits in the kernel.
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
            catch (SocketException)
            {
                // The peer was faster; there is nobody left to tell.
            }

            _socket.Dispose();
        }
    }

    // The reader asks for nothing first, to be told when there is something to read, and takes its buffer only then. Where more is expected, it is told so at
    // once, and waits with the buffer.
    private sealed class Stream(SocketStreamConnection connection) : NetworkStream(connection._socket, ownsSocket: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            buffer.IsEmpty && connection.ExpectsInput ? ValueTask.FromResult(0) : base.ReadAsync(buffer, cancellationToken);
    }

    // A socket closed with unread octets resets the connection, and what we said last is lost with it: read them away until the peer, who
    // has seen our end, ends too. Not for long, and not for ever: a peer that only sends is cut off.
    private async ValueTask LingerAsync()
    {
        using var limit = new CancellationTokenSource(LingerTime);
        byte[] discarded = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            for (int read = 1, total = 0; read > 0 && total < LingerOctets; total += read)
            {
                read = await _socket.ReceiveAsync(discarded.AsMemory(), limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It had its time.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(discarded);
        }
    }
}
