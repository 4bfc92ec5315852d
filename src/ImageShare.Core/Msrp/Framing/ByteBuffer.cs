namespace ImageShare.Core.Msrp.Framing;

/// <summary>A run of bytes that is filled again and again; it grows to the longest it ever held and no further.</summary>
internal sealed class ByteBuffer
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Set(ReadOnlySpan<byte> bytes)
    {
        Length = 0;
        Append(bytes);
    }

    /// <summary>Overwrites the end of the buffer from <paramref name="start"/> on; the length must match.</summary>
    public void Replace(int start, ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes.AsSpan(start, Length - start));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length + bytes.Length, Math.Max(64, _bytes.Length * 2)));
        }

        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }
}
