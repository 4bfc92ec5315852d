namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Keeps a large chunk from holding its own end-line (RFC 4975 §7.1): looks for it in what is written, across writes, and cuts the data before the byte that would
/// complete it. Not thread-safe.
/// </summary>
/// <param name="patternLength">The length of hyphens and transaction id.</param>
internal sealed class EndLineGuard(int patternLength)
{
    // The last bytes written, where an end-line may have begun, and room for as many more.
    private readonly byte[] _tail = new byte[(patternLength - 1) * 2];
    private int _tailLength;

    /// <summary>A chunk begins.</summary>
    public void Reset() => _tailLength = 0;

    /// <summary>Looks at the next data of the chunk.</summary>
    /// <param name="pattern">Seven hyphens and the transaction id.</param>
    /// <param name="data">The data; cut when it completes the pattern.</param>
    /// <param name="from">Where a run of seven hyphens may begin in the data at the earliest (<see cref="Hyphens"/>).</param>
    /// <returns>Whether it was cut: the chunk has to end after it.</returns>
    public bool TryCut(ReadOnlySpan<byte> pattern, ref ReadOnlySpan<byte> data, int from)
    {
        int keep = pattern.Length - 1;
        int ahead = Math.Min(data.Length, keep);
        data[..ahead].CopyTo(_tail.AsSpan(_tailLength));
        Span<byte> seam = _tail.AsSpan(0, _tailLength + ahead);
        int hit = seam.IndexOf(pattern);
        int length = hit >= 0 ? hit + keep - _tailLength : -1;
        if (length < 0)
        {
            hit = data[from..].IndexOf(pattern);
            length = hit >= 0 ? from + hit + keep : -1;
        }

        if (length >= 0)
        {
            data = data[..length];
            return true;
        }

        Keep(data.Length >= keep ? data[^keep..] : seam[^Math.Min(seam.Length, keep)..]);
        return false;
    }

    // May overlap what is kept.
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_tail);
        _tailLength = bytes.Length;
    }
}
