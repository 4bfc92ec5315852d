using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Finds the lines of heads in a stream, however it is split into segments, and passes them on to be read: from the start line to the empty line, or to the end-line of a message
/// without a body (RFC 4975 §7.1). Not thread-safe.
/// </summary>
internal sealed class HeadDecoder(MsrpLimits limits, StreamPosition position)
{
    /// <summary>The initial size of the buffer for lines that cross segments.</summary>
    private const int UsualLine = 1024;

    private readonly MsrpHeadReader _reader = new(limits);
    private readonly RepeatedHead _repeated = new();
    private byte[] _line = [];
    private int _headBytes;
    private int _blankLines;

    /// <summary>The head read last.</summary>
    public MsrpHead Head => _reader.Head;

    /// <summary>Whether a start line was read and its head is not complete.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Reads up to the end of a head.</summary>
    /// <param name="input">The buffered input; on return, the part that was not consumed.</param>
    /// <param name="continuation">The sign of the end-line, when the head has no body.</param>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, out MsrpContinuation continuation)
    {
        continuation = default;
        if (!IsOpen)
        {
            ReadOnlySpan<byte> front = input.FirstSpan;
            if ((front.IsEmpty || front[0] == '\r') && SkipBlankLines(ref input) is { } status)
            {
                return status;
            }

            if (TryReadRepeated(input.FirstSpan, out int length, out continuation))
            {
                position.Consume(ref input, length);
                Close();
                return OperationStatus.Done;
            }
        }

        OperationStatus read = ReadLines(ref input);
        if (read == OperationStatus.Done)
        {
            continuation = _reader.Continuation;
            Close();
        }

        return read;
    }

    /// <summary>Reads a complete head that repeats the one before it; nothing is consumed.</summary>
    /// <param name="input">The first segment of what has been received.</param>
    /// <param name="length">The bytes of the head.</param>
    /// <param name="continuation">The sign of the end-line, when the head has no body.</param>
    public bool TryReadRepeated(ReadOnlySpan<byte> input, out int length, out MsrpContinuation continuation)
    {
        bool isRepeated = _repeated.TryRead(input, _reader.Head, limits.MaxHeadBytes, out length, out continuation);
        if (isRepeated)
        {
            _reader.Head.MoveTo(position.Offset);
        }

        return isRepeated;
    }

    /// <summary>A head is complete: what follows it is counted anew.</summary>
    public void Close()
    {
        IsOpen = false;
        _headBytes = 0;
        _blankLines = 0;
    }

    private OperationStatus ReadLines(ref ReadOnlySequence<byte> input)
    {
        bool isFromStart = !IsOpen;
        while (true)
        {
            // Fast path: lines that are complete in the first segment, which nearly all are.
            ReadOnlySpan<byte> first = input.FirstSpan;
            long start = position.Offset;
            HeadLine line = ReadLines(first, out int consumed);
            position.Consume(ref input, consumed);
            if (line == HeadLine.Header && consumed > 0)
            {
                // The next line may begin with another segment.
                isFromStart = false;
                continue;
            }

            // If From-Path comes first, its offset depends on the length of the range.
            if (isFromStart && line is HeadLine.Blank or HeadLine.End && _reader.Head is { Fault: null, FromPathFirstAt: < 0 })
            {
                _repeated.Remember(first[..consumed], _reader.Head, (int)(_reader.Range.Offset - start), _reader.Range.Length);
            }

            isFromStart = false;
            if (line == HeadLine.Header)
            {
                // A line that crosses segments, or is not complete yet.
                if (!TryCopyLine(input, out ReadOnlySpan<byte> copied))
                {
                    return NeedMore(input);
                }

                line = ReadLine(copied, position.Offset);
                position.Consume(ref input, copied.Length + 2);
            }

            if (line != HeadLine.Header)
            {
                return line == HeadLine.Broken ? OperationStatus.InvalidData : OperationStatus.Done;
            }
        }
    }

    private HeadLine ReadLines(ReadOnlySpan<byte> bytes, out int consumed)
    {
        HeadLine line = HeadLine.Header;
        consumed = 0;
        while (line == HeadLine.Header)
        {
            int length = bytes[consumed..].IndexOf("\r\n"u8);
            if (length < 0)
            {
                break;
            }

            line = ReadLine(bytes.Slice(consumed, length), position.Offset + consumed);
            consumed += length + 2;
        }

        return line;
    }

    private HeadLine ReadLine(ReadOnlySpan<byte> line, long offset)
    {
        _headBytes += line.Length + 2;
        if (_headBytes > limits.MaxHeadBytes)
        {
            position.Break(MsrpReadErrorCode.HeadTooLong, offset);
            return HeadLine.Broken;
        }

        if (IsOpen)
        {
            return _reader.ReadLine(line, offset);
        }

        // The head object is overwritten from here on.
        _repeated.Forget();
        if (!_reader.TryReadStart(line, offset))
        {
            position.Break(_reader.Reason, offset);
            return HeadLine.Broken;
        }

        IsOpen = true;
        return HeadLine.Header;
    }

    // CRLFs between messages: null when something else follows.
    private OperationStatus? SkipBlankLines(ref ReadOnlySequence<byte> input)
    {
        Span<byte> pair = stackalloc byte[2];
        while (input.Length >= 2)
        {
            input.Slice(0, 2).CopyTo(pair);
            if (!pair.SequenceEqual("\r\n"u8))
            {
                return null;
            }

            if (++_blankLines > limits.MaxBlankLines)
            {
                return position.Break(MsrpReadErrorCode.TooManyBlankLines, position.Offset);
            }

            position.Consume(ref input, 2);
        }

        return input.IsEmpty || BeginsWithLineEnd(input) ? OperationStatus.NeedMoreData : null;
    }

    private static bool BeginsWithLineEnd(in ReadOnlySequence<byte> input) =>
        input.FirstSpan.IsEmpty ? new SequenceReader<byte>(input).TryPeek(out byte first) && first == '\r' : input.FirstSpan[0] == '\r';

    private bool TryCopyLine(in ReadOnlySequence<byte> input, out ReadOnlySpan<byte> line)
    {
        line = default;
        if (input.IsSingleSegment)
        {
            return false;
        }

        int length = (int)Math.Min(input.Length, limits.MaxHeadBytes - _headBytes + 2L);
        if (_line.Length < length)
        {
            _line = new byte[Math.Max(length, Math.Min(UsualLine, limits.MaxHeadBytes))];
        }

        Span<byte> copy = _line.AsSpan(0, length);
        input.Slice(0, length).CopyTo(copy);
        int end = copy.IndexOf("\r\n"u8);
        line = end < 0 ? default : copy[..end];
        return end >= 0;
    }

    private OperationStatus NeedMore(in ReadOnlySequence<byte> input) =>
        !IsOpen && !CanBeStart(input) ? position.Break(MsrpReadErrorCode.NotMsrp, position.Offset)
        : _headBytes + input.Length > limits.MaxHeadBytes ? position.Break(MsrpReadErrorCode.HeadTooLong, position.Offset)
        : OperationStatus.NeedMoreData;

    // Checked with the first bytes, so that nothing is buffered for a peer that speaks another protocol.
    private static bool CanBeStart(in ReadOnlySequence<byte> input)
    {
        ReadOnlySpan<byte> protocol = "MSRP "u8;
        Span<byte> front = stackalloc byte[5];
        int length = (int)Math.Min(input.Length, front.Length);
        input.Slice(0, length).CopyTo(front);
        return front[..length].SequenceEqual(protocol[..length]);
    }
}
