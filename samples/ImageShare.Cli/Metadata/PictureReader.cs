using System.Buffers.Binary;

namespace ImageShare.Cli.Metadata;

/// <summary>Reads a picture from its beginning to its end through a buffer of fixed size. A length in the picture is never the size of anything in memory.</summary>
internal sealed class PictureReader(Stream stream, CancellationToken cancellationToken)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _begin;
    private int _end;

    /// <summary>The buffered bytes that follow, without reading them: at least this many, unless the picture ends before.</summary>
    public ReadOnlySpan<byte> Peek(int count = 1)
    {
        if (_end - _begin < count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
            _end -= _begin;
            _begin = 0;
            _end += stream.ReadAtLeast(_buffer.AsSpan(_end), count - _end, throwOnEndOfStream: false);
        }

        return _buffer.AsSpan(_begin, _end - _begin);
    }

    public void Skip(int buffered) => _begin += buffered;

    /// <summary>The next byte, or -1 at the end.</summary>
    public int ReadByte() => Peek().IsEmpty ? -1 : _buffer[_begin++];

    public void Read(Span<byte> into)
    {
        ReadOnlySpan<byte> there = Peek(into.Length);
        if (there.Length < into.Length)
        {
            throw Truncated();
        }

        there[..into.Length].CopyTo(into);
        Skip(into.Length);
    }

    public ushort ReadUInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>Copies bytes, or drops them if <paramref name="to"/> is null.</summary>
    public void Copy(long count, Stream? to)
    {
        while (count > 0)
        {
            ReadOnlySpan<byte> there = Peek();
            if (there.IsEmpty)
            {
                throw Truncated();
            }

            there = there[..(int)Math.Min(there.Length, count)];
            to?.Write(there);
            Skip(there.Length);
            count -= there.Length;
        }
    }

    public static MetadataException Truncated() => new("the picture ends too early, so what is in it cannot be told; choose an undamaged file.");
}
