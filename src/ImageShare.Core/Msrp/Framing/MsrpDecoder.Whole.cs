namespace ImageShare.Core.Msrp.Framing;

/// <summary>Requests and responses that lie whole in one piece and repeat the head before them: nearly all of a transfer. They need no events.</summary>
public sealed partial class MsrpDecoder
{
    /// <summary>
    /// Reads such a request or response from the front of <paramref name="input"/>: what <see cref="Read"/> would give as a head, perhaps a body, and an end.
    /// </summary>
    /// <param name="input">What has come and was not consumed yet, as far as it lies in one piece.</param>
    /// <param name="message">What there is; its head as valid as that of an event.</param>
    /// <returns>False when there is none. Nothing is consumed then, and <see cref="Read"/> says what there is instead.</returns>
    internal bool TryReadWhole(ReadOnlySpan<byte> input, out WholeMessage message)
    {
        message = default;
        MsrpHead head = _reader.Head;
        if (_state != State.Start || !_repeated.TryRead(input, head, _limits.MaxHeadBytes, out int length, out MsrpContinuation continuation))
        {
            return false;
        }

        int start = length;
        int body = 0;
        if (head.HasBody)
        {
            if (!TryFindEnd(input[start..], head, out body))
            {
                return false;
            }

            continuation = _endLine.Continuation;
            length += body + _endLine.Length;
        }

        _blankLines = 0;
        Offset += length;
        message = new WholeMessage(head, start, body, length, continuation);
        return true;
    }

    // Only where the Byte-Range promises it, so that no bytes are searched twice. Where the body ends the end-line says all the same.
    private bool TryFindEnd(ReadOnlySpan<byte> rest, MsrpHead head, out int length)
    {
        length = 0;
        if (!head.IsSend || rest.IsEmpty || rest[0] == '-' || head.ByteRange is not { End: { } last } range || last - range.Start >= rest.Length)
        {
            return false;
        }

        _endLine.Use(head.TransactionId);
        return _endLine.Find(rest, out length) == EndLineFinder.Verdict.Yes && length > 0;
    }
}

/// <summary>A request or response that was read in one step.</summary>
/// <param name="Head">Its head; it changes when the next is read.</param>
/// <param name="BodyStart">Where its body begins.</param>
/// <param name="BodyLength">The bytes of the body; 0 when there is no body.</param>
/// <param name="Length">All of its bytes.</param>
/// <param name="Continuation">The sign of its end-line.</param>
internal readonly record struct WholeMessage(MsrpHead Head, int BodyStart, int BodyLength, int Length, MsrpContinuation Continuation);
