using System.IO.Pipelines;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Benchmarks.Share;

/// <summary>The network of the machine for one end, which records what that end does.</summary>
internal sealed class RecordingNetwork(WireRecord record, bool isCaller) : INetwork
{
    private static SystemNetwork System => SystemNetwork.Instance;

    public IDatagramSocket BindDatagram(IPEndPoint local) => new Datagrams(System.BindDatagram(local), record, isCaller);

    public IStreamListener Listen(IPEndPoint local) => new Listener(System.Listen(local), record, isCaller);

    public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        IStreamConnection stream = await System.ConnectAsync(remote, cancellationToken).ConfigureAwait(false);
        return Connection.Open(stream, record, isCaller, record.NumberOf(stream.LocalEndPoint.Port, stream.RemoteEndPoint.Port));
    }

    public IPAddress GetLocalAddressFor(IPAddress remote) => System.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => System.ResolveAsync(host, cancellationToken);

    private sealed class Datagrams(IDatagramSocket socket, WireRecord record, bool isCaller) : IDatagramSocket
    {
        public IPEndPoint LocalEndPoint => socket.LocalEndPoint;

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
        {
            record.Add(WireAction.Send, isCaller, WireStep.Datagrams, datagram.Span);
            return socket.SendAsync(datagram, remote, cancellationToken);
        }

        public ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => socket.ReceiveAsync(buffer, cancellationToken);

        public ValueTask DisposeAsync() => socket.DisposeAsync();
    }

    private sealed class Listener(IStreamListener listener, WireRecord record, bool isCaller) : IStreamListener
    {
        public IPEndPoint LocalEndPoint => listener.LocalEndPoint;

        public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await listener.AcceptAsync(cancellationToken).ConfigureAwait(false) is { } stream
                ? Connection.Open(stream, record, isCaller, record.NumberOf(stream.RemoteEndPoint.Port, stream.LocalEndPoint.Port))
                : null;

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }

    private sealed class Connection : IStreamConnection
    {
        private readonly IStreamConnection _stream;
        private readonly Action _closing;

        private Connection(IStreamConnection stream, PipeWriter output, Action closing) => (_stream, Output, _closing) = (stream, output, closing);

        public IPEndPoint LocalEndPoint => _stream.LocalEndPoint;

        public IPEndPoint RemoteEndPoint => _stream.RemoteEndPoint;

        public PipeReader Input => _stream.Input;

        public PipeWriter Output { get; }

        public static Connection Open(IStreamConnection stream, WireRecord record, bool isCaller, int number)
        {
            record.Add(WireAction.Open, isCaller, number, []);
            var output = PipeWriter.Create(new Tap(stream.Output.AsStream(), bytes => record.Add(WireAction.Send, isCaller, number, bytes.Span)), new StreamPipeWriterOptions(minimumBufferSize: 256 * 1024));
            return new Connection(stream, output, () => record.Add(WireAction.Close, isCaller, number, []));
        }

        public void Abort() => _stream.Abort();

        public ValueTask DisposeAsync()
        {
            _closing();
            return _stream.DisposeAsync();
        }
    }

    // Shows what is written before it is.
    private sealed class Tap(Stream inner, Action<ReadOnlyMemory<byte>> show) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            show(buffer);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
