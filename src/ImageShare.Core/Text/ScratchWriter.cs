using System.Buffers;

namespace ImageShare.Core.Text;

/// <summary>
/// A buffer to write into for a moment, before what was written is copied or sent. Each thread keeps a few for the next use, so that writing a message costs no memory
/// of its own. Rent it, use it, dispose of it once; it may be disposed of on another thread. What was written is not valid afterwards.
/// </summary>
internal sealed class ScratchWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstLength = 2048;

    // A longer one is not kept: a thread must not hold what one large message needed.
    private const int MostKept = 32 * 1024;

    // One is in use while a part of the same message is written into the next.
    private const int MostNested = 4;

    [ThreadStatic]
    private static ScratchWriter? _kept;

    // The kept ones are a list; each knows how many are behind it.
    private ScratchWriter? _next;
    private int _behind;
    private bool _isRented;

    private byte[] _bytes = new byte[FirstLength];
    private int _length;

    private ScratchWriter()
    {
    }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _length);

    /// <summary>An empty one.</summary>
    public static ScratchWriter Rent()
    {
        ScratchWriter writer = _kept ?? new ScratchWriter();
        _kept = writer._next;
        writer._next = null;
        writer._isRented = true;
        return writer;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsSpan(_length);
    }

    /// <summary>Whether it had to grow.</summary>
    public bool IsLong => _bytes.Length > FirstLength;

    /// <summary>Forgets what was written; it stays rented.</summary>
    public void Clear() => _length = 0;

    public void Dispose()
    {
        ObjectDisposedException.ThrowIf(!_isRented, this);
        _isRented = false;
        _length = 0;
        int behind = _kept is { } kept ? kept._behind + 1 : 0;
        if (_bytes.Length <= MostKept && behind < MostNested)
        {
            (_next, _behind, _kept) = (_kept, behind, this);
        }
    }

    private void Ensure(int sizeHint)
    {
        int needed = Math.Max(1, sizeHint);
        if (needed > _bytes.Length - _length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Min(Math.Max(2L * _bytes.Length, (long)_length + needed), Array.MaxLength)));
        }
    }
}
