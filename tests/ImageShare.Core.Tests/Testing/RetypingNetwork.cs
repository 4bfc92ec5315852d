using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.InteropServices;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Puts other octets, just as many, in the place of some in what is sent over the connections that are dialled: a sender whose messages are of another type.</summary>
internal sealed class RetypingNetwork(INetwork inner, byte[] from, byte[] to) : INetwork
{
    public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

    public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

    public async ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        new Connection(await inner.ConnectAsync(remote, cancellationToken), from, to);

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

    private sealed class Connection(IStreamConnection inner, byte[] from, byte[] to) : IStreamConnection
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output { get; } = new Writer(inner.Output, from, to);

        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public IPEndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public void Abort() => inner.Abort();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Writer(PipeWriter inner, byte[] from, byte[] to) : PipeWriter
    {
        private readonly ArrayBufferWriter<byte> _written = new();

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => _written.WrittenCount;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(sizeHint);

        public override void Advance(int bytes) => _written.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Span<byte> rest = MemoryMarshal.AsMemory(_written.WrittenMemory).Span;
            for (int at; (at = rest.IndexOf(from)) >= 0; rest = rest[(at + from.Length)..])
            {
                to.CopyTo(rest[at..]);
            }

            inner.Write(_written.WrittenSpan);
            _written.ResetWrittenCount();
            return inner.FlushAsync(cancellationToken);
        }
    }
}
