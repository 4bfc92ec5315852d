using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>The bytes of a header value and what they were read as.</summary>
internal sealed class Remembered<T>
    where T : class
{
    private readonly ByteBuffer _bytes = new();
    private T? _value;

    public bool TryGet(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? value)
    {
        value = _value;
        return value is not null && bytes.SequenceEqual(_bytes.Span);
    }

    public void Set(ReadOnlySpan<byte> bytes, T value)
    {
        _bytes.Set(bytes);
        _value = value;
    }
}
