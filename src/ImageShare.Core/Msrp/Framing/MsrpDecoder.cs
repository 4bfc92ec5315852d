using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Turns the bytes of one direction of a connection into heads, body slices and ends (RFC 4975 §7). Does no I/O, never throws
/// for what a peer sends, and keeps nothing but the open head: bodies are slices of the memory it was given. Not thread-safe.
/// </summary>
/// <remarks>
/// The end of a body is found by its end-line alone, whatever Byte-Range says. Only bytes that may be the beginning of the
/// end-line are held back until more have come.
/// </remarks>
public sealed partial class MsrpDecoder
{
    private readonly MsrpLimits _limits;
    private readonly MsrpHeadReader _reader;
    private readonly RepeatedHead _repeated = new();
    private readonly EndLineFinder _endLine = new();
    private byte[] _line = [];
    private State _state = State.Start;
    private int _headBytes;
    private int _blankLines;
    private long _bodyBytes;
    private MsrpContinuation _continuation;

    /// <summary>Makes a decoder for one direction of one connection.</summary>
    /// <param name="limits">What a peer may ask; null for the defaults.</param>
    public MsrpDecoder(MsrpLimits? limits = null)
    {
        _limits = limits ?? MsrpLimits.Default;
        _reader = new MsrpHeadReader(_limits);
    }

    private enum State
    {
        Start,
        Headers,
        BodyStart,
        Body,
        End,
        Broken,
    }

    /// <summary>
    /// Whether the stream may end here: no request or response is open. Bytes that <see cref="Read"/> left unconsumed are the
    /// beginning of one, so a stream that ends with some was cut off.
    /// </summary>
    public bool IsIdle => _state == State.Start;

    /// <summary>Whether a head has begun that has not come whole yet; its first line may also stand among what <see cref="Read"/> left.</summary>
    internal bool IsInHead => _state == State.Headers;

    /// <summary>Why <see cref="Read"/> returned <see cref="OperationStatus.InvalidData"/>; null before.</summary>
    public MsrpDecodeError? Error { get; private set; }

    /// <summary>How many bytes were consumed so far.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads the next event from the front of <paramref name="input"/> and cuts off what it consumed.</summary>
    /// <param name="input">What has come and was not consumed yet. On return, what is still not consumed.</param>
    /// <param name="next">The event, valid until the next call; its body as long as the memory of <paramref name="input"/>.</param>
    /// <returns>
    /// Done: there is an event, call again. NeedMoreData: come back with what is left in <paramref name="input"/> and more behind it.
    /// InvalidData: the stream cannot be read on, see <see cref="Error"/>; every later call says so again.
    /// </returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, out MsrpEvent next)
    {
        switch (_state)
        {
            case State.Start or State.Headers:
                return ReadHead(ref input, out next);
            case State.BodyStart or State.Body:
                return ReadBody(ref input, out next);
            case State.End:
                return End(out next);
            default:
                next = default;
                return OperationStatus.InvalidData;
        }
    }

    private OperationStatus ReadHead(ref ReadOnlySequence<byte> input, out MsrpEvent next)
    {
        bool fromStart = _state == State.Start;
        ReadOnlySpan<byte> front = input.FirstSpan;
        if (fromStart && (front.IsEmpty || front[0] == '\r') && SkipBlankLines(ref input) is { } status)
        {
            next = default;
            return status;
        }

        if (fromStart && _repeated.TryRead(input.FirstSpan, _reader.Head, _limits.MaxHeadBytes, out int whole, out MsrpContinuation continuation))
        {
            Consume(ref input, whole);
            return EndHead(_reader.Head.HasBody ? HeadLine.Blank : HeadLine.End, continuation, out next);
        }

        while (true)
        {
            // The lines that lie whole in the first segment: nearly all of them.
            HeadLine line = HeadLine.Header;
            ReadOnlySpan<byte> first = input.FirstSpan;
            ReadOnlySpan<byte> rest = first;
            long start = Offset;
            int consumed = 0;
            while (line == HeadLine.Header)
            {
                int length = rest.IndexOf("\r\n"u8);
                if (length < 0)
                {
                    break;
                }

                line = TakeLine(rest[..length], Offset + consumed);
                rest = rest[(length + 2)..];
                consumed += length + 2;
            }

            Consume(ref input, consumed);
            if (line == HeadLine.Header && consumed > 0)
            {
                // The next line may begin with another segment.
                fromStart = false;
                continue;
            }

            if (fromStart && line is HeadLine.Blank or HeadLine.End && _reader.Head.Fault is null)
            {
                _repeated.Remember(first[..consumed], _reader.Head, (int)(_reader.Range.Offset - start), _reader.Range.Length);
            }

            fromStart = false;
            if (line == HeadLine.Header)
            {
                // One that lies across segments, or has not come whole yet.
                if (!TryCopyLine(input, out ReadOnlySpan<byte> copied))
                {
                    next = default;
                    return NeedMoreOfHead(input);
                }

                line = TakeLine(copied, Offset);
                Consume(ref input, copied.Length + 2);
            }

            if (line != HeadLine.Header)
            {
                return EndHead(line, _reader.Continuation, out next);
            }
        }
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

            if (++_blankLines > _limits.MaxBlankLines)
            {
                Break(MsrpDecodeReason.TooManyBlankLines, Offset);
                return OperationStatus.InvalidData;
            }

            Consume(ref input, 2);
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

        int length = (int)Math.Min(input.Length, _limits.MaxHeadBytes - _headBytes + 2);
        if (_line.Length < length)
        {
            _line = new byte[Math.Max(length, Math.Min(1024, _limits.MaxHeadBytes + 2))];
        }

        Span<byte> copy = _line.AsSpan(0, length);
        input.Slice(0, length).CopyTo(copy);
        int end = copy.IndexOf("\r\n"u8);
        line = end < 0 ? default : copy[..end];
        return end >= 0;
    }

    private HeadLine TakeLine(ReadOnlySpan<byte> line, long offset)
    {
        _headBytes += line.Length + 2;
        if (_headBytes > _limits.MaxHeadBytes)
        {
            return Break(MsrpDecodeReason.HeadTooLong, offset);
        }

        if (_state == State.Headers)
        {
            return _reader.ReadLine(line, offset);
        }

        // The head object is filled anew from here on.
        _repeated.Forget();
        if (!_reader.TryReadStart(line, offset))
        {
            return Break(_reader.Reason, offset);
        }

        _state = State.Headers;
        return HeadLine.Header;
    }

    private OperationStatus EndHead(HeadLine line, MsrpContinuation continuation, out MsrpEvent next)
    {
        MsrpHead head = _reader.Head;
        switch (line)
        {
            case HeadLine.Broken:
                next = default;
                return OperationStatus.InvalidData;
            case HeadLine.End:
                _continuation = continuation;
                _state = State.End;
                break;
            default:
                _endLine.Use(head.TransactionId);
                _bodyBytes = 0;
                _state = State.BodyStart;
                break;
        }

        _headBytes = 0;
        _blankLines = 0;
        next = new MsrpEvent(head.IsRequest ? MsrpEventKind.RequestHead : MsrpEventKind.ResponseHead, head, default, default);
        return OperationStatus.Done;
    }

    private OperationStatus NeedMoreOfHead(in ReadOnlySequence<byte> input)
    {
        if (_state == State.Start && !CanBeStart(input))
        {
            Break(MsrpDecodeReason.NotMsrp, Offset);
        }
        else if (_headBytes + input.Length > _limits.MaxHeadBytes)
        {
            Break(MsrpDecodeReason.HeadTooLong, Offset);
        }

        return _state == State.Broken ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
    }

    // Seen at the first bytes, so that nothing is kept of a peer that speaks another protocol.
    private static bool CanBeStart(in ReadOnlySequence<byte> input)
    {
        ReadOnlySpan<byte> protocol = "MSRP "u8;
        Span<byte> front = stackalloc byte[5];
        int length = (int)Math.Min(input.Length, front.Length);
        input.Slice(0, length).CopyTo(front);
        return front[..length].SequenceEqual(protocol[..length]);
    }

    private OperationStatus End(out MsrpEvent next)
    {
        _state = State.Start;
        next = new MsrpEvent(MsrpEventKind.End, _reader.Head, default, _continuation);
        return OperationStatus.Done;
    }

    private void Consume(ref ReadOnlySequence<byte> input, int count)
    {
        if (count > 0)
        {
            input = input.Slice(count);
            Offset += count;
        }
    }

    private HeadLine Break(MsrpDecodeReason reason, long offset)
    {
        Error = new MsrpDecodeError(reason, offset);
        _state = State.Broken;
        return HeadLine.Broken;
    }
}
