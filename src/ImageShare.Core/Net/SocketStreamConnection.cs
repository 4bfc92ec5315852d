using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>A TCP connection over a system socket. Large buffers: one system call moves many MSRP chunks.</summary>
internal sealed class SocketStreamConnection : IStreamConnection
{
    private const int ReadBufferSize = 128 * 1024;
    private const int MinimumReadSize = 32 * 1024;
    private const int WriteBufferSize = 128 * 1024;

    private readonly Socket _socket;
    private int _closed;

    public SocketStreamConnection(Socket socket)
    {
        _socket = socket;
        socket.NoDelay = true;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        var stream = new NetworkStream(socket, ownsSocket: false);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferSize, minimumReadSize: MinimumReadSize, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: WriteBufferSize, leaveOpen: true));
    }

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

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // The peer was faster; there is nobody left to tell.
            }

            _socket.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
