using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Finds the end of bodies in a stream: slices as they come, up to the end-line of their own transaction (RFC 4975 §7.1). Only bytes that may be the beginning of
/// the end-line are held back until more arrive. Not thread-safe.
/// </summary>
internal sealed class BodyDecoder(MsrpLimits limits, StreamPosition position)
{
    private readonly EndLineFinder _endLine = new();
    private bool _isAtStart;
    private long _length;

    /// <summary>Whether the end-line was consumed.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The sign of the end-line.</summary>
    public MsrpContinuation Continuation => _endLine.Continuation;

    /// <summary>The bytes of the end-line, with the CRLF before it.</summary>
    public int EndLineLength => _endLine.Length;

    /// <summary>A body begins.</summary>
    public void Begin(MsrpHead head)
    {
        _endLine.Use(head.TransactionId);
        _isAtStart = true;
        _length = 0;
        HasEnded = false;
    }

    /// <summary>Reads the next slice of the body, or its end.</summary>
    /// <param name="input">The buffered input; on return, the part that was not consumed.</param>
    /// <param name="head">The head of the body.</param>
    /// <param name="slice">The bytes; empty when there are none before the end.</param>
    /// <returns>Done: there is a slice, the end (<see cref="HasEnded"/>), or both.</returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, MsrpHead head, out ReadOnlySequence<byte> slice)
    {
        slice = default;
        if (_isAtStart && ReadEmpty(ref input) is { } status)
        {
            return status;
        }

        EndLineFinder.Verdict verdict = Find(ref input, out int length);
        if (verdict == EndLineFinder.Verdict.Perhaps && length == 0)
        {
            return OperationStatus.NeedMoreData;
        }

        _length += length;
        if (_length > limits.MaxNonSendBodyBytes && !head.IsSend)
        {
            return position.Break(MsrpReadErrorCode.BodyTooLong, position.Offset);
        }

        slice = input.Slice(0, length);
        HasEnded = verdict == EndLineFinder.Verdict.Yes;
        position.Consume(ref input, HasEnded ? length + _endLine.Length : length);
        return length > 0 || HasEnded ? OperationStatus.Done : OperationStatus.NeedMoreData;
    }

    /// <summary>Finds the end of a body that is complete. Nothing is consumed.</summary>
    /// <param name="rest">What follows the head in its segment.</param>
    /// <param name="head">The head.</param>
    /// <param name="length">The bytes of the body.</param>
    /// <returns>
    /// False when its end is not there, or the body has to be read slice by slice. Looked for only where the Byte-Range promises it, so that no bytes are searched
    /// twice; the end-line still decides where the body ends.
    /// </returns>
    public bool TryFindEnd(ReadOnlySpan<byte> rest, MsrpHead head, out int length)
    {
        length = 0;
        if (!head.IsSend || rest.IsEmpty || rest[0] == '-' || head.ByteRange is not { End: { } last } range || last - range.Start >= rest.Length)
        {
            // A body that begins with a hyphen may be none: see ReadEmpty.
            return false;
        }

        _endLine.Use(head.TransactionId);
        return _endLine.Find(rest, out length) == EndLineFinder.Verdict.Yes && length > 0;
    }

    // The line end before the end-line of an empty body may be that of the empty line itself: many peers leave the second one out. Null when a body follows.
    private OperationStatus? ReadEmpty(ref ReadOnlySequence<byte> input)
    {
        ReadOnlySpan<byte> front = input.FirstSpan;
        switch (!front.IsEmpty && front[0] != '-' ? EndLineFinder.Verdict.No : _endLine.CheckFront(input, behindLineEnd: true))
        {
            case EndLineFinder.Verdict.Yes:
                position.Consume(ref input, _endLine.Length - 2);
                HasEnded = true;
                return OperationStatus.Done;
            case EndLineFinder.Verdict.Perhaps:
                return OperationStatus.NeedMoreData;
            default:
                _isAtStart = false;
                return null;
        }
    }

    // Looks for the end-line from the front; all bytes before the length are body.
    private EndLineFinder.Verdict Find(ref ReadOnlySequence<byte> input, out int length)
    {
        ReadOnlySpan<byte> span = input.FirstSpan;
        if (span.IsEmpty)
        {
            SkipEmptySegments(ref input);
            span = input.FirstSpan;
        }

        EndLineFinder.Verdict verdict = _endLine.Find(span, out length);
        if (verdict != EndLineFinder.Verdict.Perhaps || length > 0 || input.IsSingleSegment)
        {
            return verdict;
        }

        // The candidate for an end-line continues in the next segment.
        verdict = _endLine.CheckFront(input, behindLineEnd: false);
        length = verdict == EndLineFinder.Verdict.No ? _endLine.IndexOfNextBeginning(span) : 0;
        return verdict;
    }

    private static void SkipEmptySegments(ref ReadOnlySequence<byte> input)
    {
        while (input.FirstSpan.IsEmpty && !input.IsEmpty)
        {
            SequencePosition next = input.Start;
            input.TryGet(ref next, out _);
            input = input.Slice(next);
        }
    }
}
