using System.Buffers;
using System.IO.Pipelines;

namespace ImageShare.Core.Net;

/// <summary>Wraps the two pipes of a connection in a stream for TLS. Asynchronous only; a lost connection is an <see cref="IOException"/>.</summary>
internal sealed class PipeStream(IDuplexPipe pipes) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            ReadResult read = await pipes.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCanceled)
            {
                throw new IOException("The connection was dropped.");
            }

            // A read with an empty buffer only waits for input.
            int length = (int)Math.Min(read.Buffer.Length, buffer.Length);
            ReadOnlySequence<byte> taken = read.Buffer.Slice(0, length);
            taken.CopyTo(buffer.Span);
            pipes.Input.AdvanceTo(taken.End);
            return length;
        }
        catch (InvalidOperationException e)
        {
            throw new IOException("The connection was closed.", e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            FlushResult flushed = await pipes.Output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                throw new IOException("The peer no longer reads.");
            }
        }
        catch (InvalidOperationException e)
        {
            throw new IOException("The connection was closed.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Each write is flushed.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
