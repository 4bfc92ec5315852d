using System.Runtime.CompilerServices;

namespace ImageShare.Core.Images;

/// <summary>Wraps a stream and fails at its end if the length is not the described one or the file has changed.</summary>
internal sealed class UnchangedStream(Stream inner, long size, Action throwIfChanged, Func<Exception> changed) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set
        {
            inner.Position = value;
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer) => Pass(inner.Read(buffer), buffer.Length);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // A file opened without FileOptions.Asynchronous would read on another thread-pool thread; read synchronously instead.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken)
        : inner is FileStream { IsAsync: false } ? ValueTask.FromResult(Read(buffer.Span))
        : PassAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => _position = inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> PassAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Pass(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);

    // Readers may stop at the described size without reading to the end of the stream, so check when the last byte is delivered.
    private int Pass(int read, int wanted)
    {
        _position += read;
        if (_position > size || (read == 0 && wanted > 0 && _position < size))
        {
            throw changed();
        }

        if (_position == size)
        {
            throwIfChanged();
        }

        return read;
    }
}
