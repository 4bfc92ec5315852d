using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>Bodies: slices as they come, up to the end-line of their own transaction.</summary>
public sealed partial class MsrpDecoder
{
    private OperationStatus ReadBody(ref ReadOnlySequence<byte> input, out MsrpEvent next)
    {
        next = default;
        if (_state == State.BodyStart)
        {
            // The line end of an empty body's end-line may be that of the empty line itself: many peers leave the second one out.
            ReadOnlySpan<byte> front = input.FirstSpan;
            switch (!front.IsEmpty && front[0] != '-' ? EndLineFinder.Verdict.No : _endLine.CheckFront(input, behindLineEnd: true))
            {
                case EndLineFinder.Verdict.Yes:
                    Consume(ref input, _endLine.Length - 2);
                    _continuation = _endLine.Continuation;
                    return End(out next);
                case EndLineFinder.Verdict.Perhaps:
                    return OperationStatus.NeedMoreData;
                default:
                    _state = State.Body;
                    break;
            }
        }

        ReadOnlySpan<byte> span = input.FirstSpan;
        if (span.IsEmpty)
        {
            SkipEmptySegments(ref input);
            span = input.FirstSpan;
        }

        EndLineFinder.Verdict verdict = _endLine.Find(span, out int length);
        if (verdict == EndLineFinder.Verdict.Perhaps && length == 0)
        {
            if (input.IsSingleSegment)
            {
                return OperationStatus.NeedMoreData;
            }

            verdict = _endLine.CheckFront(input, behindLineEnd: false);
            if (verdict == EndLineFinder.Verdict.Perhaps)
            {
                return OperationStatus.NeedMoreData;
            }

            length = verdict == EndLineFinder.Verdict.Yes ? 0 : _endLine.IndexOfNextBeginning(span);
        }

        if (length > 0 && !TryTakeBody(input, length, out next))
        {
            return OperationStatus.InvalidData;
        }

        if (verdict != EndLineFinder.Verdict.Yes)
        {
            Consume(ref input, length);
            return length > 0 ? OperationStatus.Done : OperationStatus.NeedMoreData;
        }

        Consume(ref input, length + _endLine.Length);
        _continuation = _endLine.Continuation;
        _state = State.End;
        return length > 0 ? OperationStatus.Done : End(out next);
    }

    private bool TryTakeBody(in ReadOnlySequence<byte> input, int length, out MsrpEvent next)
    {
        next = default;
        _bodyBytes += length;
        if (_bodyBytes > _limits.MaxNonSendBody && !_reader.Head.IsSend)
        {
            Break(MsrpDecodeReason.BodyTooLong, Offset);
            return false;
        }

        next = new MsrpEvent(MsrpEventKind.Body, _reader.Head, input.Slice(0, length), default);
        return true;
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
