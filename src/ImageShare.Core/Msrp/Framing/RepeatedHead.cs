namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Recognizes a head that repeats the previous one byte for byte except for its transaction id and the value of its Byte-Range: nearly
/// every chunk of a transfer, and every response to one. The other headers are then known and are not parsed again.
/// </summary>
internal sealed class RepeatedHead
{
    private readonly ByteBuffer _bytes = new();
    private int _idLength;
    private int _rangeStart;
    private int _rangeEnd;
    private bool _hasRange;
    private bool _hasBody;

    /// <summary>Remembers a head that was read without a fault.</summary>
    /// <param name="bytes">All of it, up to its empty line or its end-line.</param>
    /// <param name="head">What it was read as.</param>
    /// <param name="rangeStart">The index of its Byte-Range value; ignored when it has none.</param>
    /// <param name="rangeLength">The bytes of that value.</param>
    public void Remember(ReadOnlySpan<byte> bytes, MsrpHead head, int rangeStart, int rangeLength)
    {
        _idLength = head.TransactionId.Length;
        _hasBody = head.HasBody;
        _hasRange = head.ByteRange is not null;
        _rangeStart = _hasRange ? rangeStart : MsrpSendHeaders.IdStart + _idLength;
        _rangeEnd = _hasRange ? rangeStart + rangeLength : _rangeStart;

        // Without a body it ends in the id once more, the sign and a line end.
        _bytes.Set(_hasBody ? bytes : bytes[..^(_idLength + 3)]);
    }

    /// <summary>Forgets the head: the head object no longer matches the remembered bytes.</summary>
    public void Forget() => _bytes.Clear();

    /// <summary>Reads a head that is complete at the front of <paramref name="input"/> and repeats the remembered one.</summary>
    /// <param name="input">The buffered bytes.</param>
    /// <param name="head">The remembered head; only its id and range are changed, and only on success.</param>
    /// <param name="maxLength">The longest head allowed.</param>
    /// <param name="length">The bytes of the head.</param>
    /// <param name="continuation">The sign of the end-line, when the head ends in one.</param>
    /// <returns>False when it has to be read line by line.</returns>
    public bool TryRead(ReadOnlySpan<byte> input, MsrpHead head, int maxLength, out int length, out MsrpContinuation continuation)
    {
        length = 0;
        continuation = default;
        ReadOnlySpan<byte> kept = _bytes.Span;
        int at = MsrpSendHeaders.IdStart + _idLength;
        if (kept.IsEmpty || input.Length < at || !input.StartsWith("MSRP "u8) || !StartsWith(input, at, kept[at.._rangeStart]))
        {
            return false;
        }

        ReadOnlySpan<byte> id = input.Slice(MsrpSendHeaders.IdStart, _idLength);
        at = _rangeStart;
        ByteRange? range = null;
        if ((_hasRange && !TryReadRange(input, ref at, out range)) || !StartsWith(input, at, kept[_rangeEnd..]) || !MsrpIdent.IsValid(id, _idLength))
        {
            return false;
        }

        at += kept.Length - _rangeEnd;
        if (!_hasBody && !TryReadEnd(input[at..], id, ref at, out continuation))
        {
            return false;
        }

        if (at > maxLength)
        {
            return false;
        }

        head.Repeat(id, range);
        length = at;
        return true;
    }

    // The line end behind it is compared with what follows.
    private static bool TryReadRange(ReadOnlySpan<byte> input, ref int at, out ByteRange? range)
    {
        range = null;
        if (at > input.Length || !ByteRange.TryReadFront(input[at..], out ByteRange read, out int length))
        {
            return false;
        }

        range = read;
        at += length;
        return true;
    }

    private static bool TryReadEnd(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> id, ref int at, out MsrpContinuation continuation)
    {
        continuation = default;
        if (rest.Length < id.Length + 3
            || !rest.StartsWith(id)
            || rest[id.Length + 1] != '\r'
            || rest[id.Length + 2] != '\n'
            || !MsrpContinuationSign.TryParse(rest[id.Length], out continuation))
        {
            return false;
        }

        at += id.Length + 3;
        return true;
    }

    private static bool StartsWith(ReadOnlySpan<byte> input, int at, ReadOnlySpan<byte> expected) =>
        input.Length - at >= expected.Length && input.Slice(at, expected.Length).SequenceEqual(expected);
}
