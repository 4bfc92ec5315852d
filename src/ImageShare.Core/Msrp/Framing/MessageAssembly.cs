namespace ImageShare.Core.Msrp.Framing;

/// <summary>What a step of a <see cref="MessageAssembly"/> came to.</summary>
internal enum AssemblyVerdict
{
    /// <summary>Go on.</summary>
    Good,

    /// <summary>Every byte was received, and the end was seen.</summary>
    Complete,

    /// <summary>The sender gave the message up.</summary>
    Aborted,

    /// <summary>More bytes, or bytes further ahead, than are accepted: 413.</summary>
    TooLarge,

    /// <summary>More pieces out of order, or further ahead of the others, than is kept track of: 413.</summary>
    TooScattered,

    /// <summary>The chunk contradicts an earlier one: 400.</summary>
    Inconsistent,
}

/// <summary>
/// Reassembles the chunks of one incoming message (RFC 4975 §7.3.1): in any order, of any size, repeated or overlapping, the later
/// one winning. It keeps ranges, not bytes. The length of a chunk is that of its data; the range-end of its Byte-Range is not
/// looked at. Not thread-safe.
/// </summary>
internal sealed class MessageAssembly(long maxSize, MsrpLimits limits)
{
    private readonly IntervalSet _received = new();
    private long? _announced;
    private long _chunkStart;
    private long _chunkLength;

    /// <summary>The length of the whole message once a chunk with <c>$</c> has been received (its start plus its length).</summary>
    public long? Total { get; private set; }

    /// <summary>How many bytes have been received, each counted once; those of the open chunk are not included.</summary>
    public long Received => _received.Covered;

    /// <summary>The range of the chunk that is open or ended last, with its true end.</summary>
    public ByteRange ChunkRange => new(_chunkStart + 1, _chunkStart + _chunkLength, Total ?? _announced);

    /// <summary>A chunk begins. Nothing is reserved for what it claims.</summary>
    public AssemblyVerdict BeginChunk(ByteRange? range)
    {
        ByteRange claimed = range ?? new ByteRange(1, null, null);
        _chunkStart = claimed.Start - 1;
        _chunkLength = 0;
        if (claimed.Total is { } total)
        {
            if (total > maxSize)
            {
                return AssemblyVerdict.TooLarge;
            }

            // A total that changes between chunks is wrong in one of them.
            if (_announced is { } before && before != total)
            {
                return AssemblyVerdict.Inconsistent;
            }

            _announced = total;
        }

        return _chunkStart > (Total ?? _announced ?? maxSize) ? AssemblyVerdict.TooLarge
            : _chunkStart - _received.Covered > limits.MaxReorderBytes ? AssemblyVerdict.TooScattered
            : AssemblyVerdict.Good;
    }

    /// <summary>Bytes of the open chunk were received.</summary>
    /// <param name="length">How many.</param>
    /// <param name="offset">Where in the message they belong, counted from 0.</param>
    public AssemblyVerdict TakeData(long length, out long offset)
    {
        offset = _chunkStart + _chunkLength;
        if (length > Math.Min(Total ?? maxSize, _announced ?? maxSize) - offset)
        {
            return AssemblyVerdict.TooLarge;
        }

        _chunkLength += length;
        return AssemblyVerdict.Good;
    }

    /// <summary>The open chunk ends.</summary>
    public AssemblyVerdict EndChunk(MsrpContinuation continuation)
    {
        if (continuation == MsrpContinuation.Aborted)
        {
            return AssemblyVerdict.Aborted;
        }

        _received.Add(_chunkStart, _chunkLength);
        if (_received.Count > limits.MaxGaps)
        {
            return AssemblyVerdict.TooScattered;
        }

        if (continuation == MsrpContinuation.Complete)
        {
            long total = _chunkStart + _chunkLength;
            if ((Total is { } before && before != total) || _received.End > total)
            {
                return AssemblyVerdict.Inconsistent;
            }

            Total = total;
        }

        return Total is { } all && _received.CoversAll(all) ? AssemblyVerdict.Complete : AssemblyVerdict.Good;
    }
}
