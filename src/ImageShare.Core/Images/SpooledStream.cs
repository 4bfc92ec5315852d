using Microsoft.Win32.SafeHandles;

namespace ImageShare.Core.Images;

/// <summary>Reads the temporary file of a <see cref="SpooledImage"/> at a position of its own. Keeps it open until it is disposed of.</summary>
internal sealed class SpooledStream : Stream
{
    private readonly SafeFileHandle _handle;
    private readonly long _length;
    private long _position;
    private bool _isHeld;

    public SpooledStream(SafeFileHandle handle, long length)
    {
        (_handle, _length) = (handle, length);
        handle.DangerousAddRef(ref _isHeld);
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(!_isHeld, this);
        int read = RandomAccess.Read(_handle, buffer, _position);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(!_isHeld, this);
        int read = await RandomAccess.ReadAsync(_handle, buffer, _position, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + (origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => _length,
    });

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_isHeld)
        {
            _isHeld = false;
            _handle.DangerousRelease();
        }

        base.Dispose(disposing);
    }
}
