namespace ImageShare.Core.Msrp;

/// <summary>A run of octets that is filled again and again; it grows to the longest it ever held and no further.</summary>
internal sealed class OctetBuffer
{
    private byte[] _octets = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _octets.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Set(ReadOnlySpan<byte> octets)
    {
        Length = 0;
        Append(octets);
    }

    /// <summary>Overwrites what stands there; it must be as long.</summary>
    public void Replace(int start, ReadOnlySpan<byte> octets) => octets.CopyTo(_octets.AsSpan(start, Length - start));

    public void Append(ReadOnlySpan<byte> octets)
    {
        if (_octets.Length - Length < octets.Length)
        {
            Array.Resize(ref _octets, Math.Max(Length + octets.Length, Math.Max(64, _octets.Length * 2)));
        }

        octets.CopyTo(_octets.AsSpan(Length));
        Length += octets.Length;
    }
}
