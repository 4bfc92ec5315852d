using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Turns the bytes of one direction of a connection into heads, body slices and ends (RFC 4975 §7). Does no I/O, never throws
/// for what a peer sends, and keeps nothing but the open head: bodies are slices of the memory it was given. Not thread-safe.
/// </summary>
/// <remarks>
/// The end of a body is found by its end-line alone, whatever Byte-Range says. Only bytes that may be the beginning of the
/// end-line are held back until more arrive.
/// </remarks>
public sealed class MsrpReader
{
    private readonly StreamPosition _position = new();
    private readonly HeadDecoder _heads;
    private readonly BodyDecoder _bodies;
    private State _state = State.Head;
    private MsrpContinuation _continuation;

    /// <summary>Makes a decoder for one direction of one connection.</summary>
    /// <param name="limits">What a peer may ask; null for the defaults.</param>
    public MsrpReader(MsrpLimits? limits = null)
    {
        limits ??= MsrpLimits.Default;
        _heads = new HeadDecoder(limits, _position);
        _bodies = new BodyDecoder(limits, _position);
    }

    private enum State
    {
        Head,
        Body,
        End,
        Broken,
    }

    /// <summary>
    /// Whether the stream may end here: no request or response is open. Bytes that <see cref="Read"/> left unconsumed are the
    /// beginning of one, so a stream that ends with some was cut off.
    /// </summary>
    public bool IsIdle => _state == State.Head && !_heads.IsOpen;

    /// <summary>Whether a head has begun that is not complete yet; its first line may also be among what <see cref="Read"/> left.</summary>
    internal bool IsInHead => _state == State.Head && _heads.IsOpen;

    /// <summary>Why <see cref="Read"/> returned <see cref="OperationStatus.InvalidData"/>; null before.</summary>
    public MsrpReadError? Error => _position.Error;

    /// <summary>How many bytes were consumed so far.</summary>
    public long Offset => _position.Offset;

    /// <summary>Reads the next event from the front of <paramref name="input"/> and cuts off what it consumed.</summary>
    /// <param name="input">What has been received and not consumed. On return, what is still not consumed.</param>
    /// <param name="next">The event, valid until the next call; its body is valid as long as the memory of <paramref name="input"/>.</param>
    /// <returns>
    /// Done: there is an event, call again. NeedMoreData: call again with what is left in <paramref name="input"/> followed by more.
    /// InvalidData: the stream cannot be read any further, see <see cref="Error"/>; every later call returns the same.
    /// </returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, out MsrpEvent next)
    {
        next = default;
        OperationStatus status;
        switch (_state)
        {
            case State.Head:
                status = ReadHead(ref input, ref next);
                break;
            case State.Body:
                status = ReadBody(ref input, ref next);
                break;
            case State.End:
                End(ref next);
                return OperationStatus.Done;
            default:
                return OperationStatus.InvalidData;
        }

        if (status == OperationStatus.InvalidData)
        {
            _state = State.Broken;
        }

        return status;
    }

    /// <summary>
    /// Fast path for messages that are complete in the buffer and repeat the head before them: nearly all of a transfer. Reads such a request or response from the
    /// front of <paramref name="input"/>: what <see cref="Read"/> would give as a head, perhaps a body, and an end.
    /// </summary>
    /// <param name="input">The first segment of what has been received and not consumed.</param>
    /// <param name="message">The message; its head is valid as long as that of an event.</param>
    /// <returns>False when there is none. Nothing is consumed then; call <see cref="Read"/>.</returns>
    internal bool TryReadWhole(ReadOnlySpan<byte> input, out WholeMessage message)
    {
        message = default;
        if (!IsIdle || !_heads.TryReadRepeated(input, out int start, out MsrpContinuation continuation))
        {
            return false;
        }

        MsrpHead head = _heads.Head;
        int length = start;
        int body = 0;
        if (head.HasBody)
        {
            if (!_bodies.TryFindEnd(input[start..], head, out body))
            {
                return false;
            }

            continuation = _bodies.Continuation;
            length += body + _bodies.EndLineLength;
        }

        _heads.Close();
        _position.Offset += length;
        message = new WholeMessage(head, start, body, length, continuation);
        return true;
    }

    private OperationStatus ReadHead(ref ReadOnlySequence<byte> input, ref MsrpEvent next)
    {
        OperationStatus status = _heads.Read(ref input, out _continuation);
        if (status != OperationStatus.Done)
        {
            return status;
        }

        MsrpHead head = _heads.Head;
        _state = head.HasBody ? State.Body : State.End;
        if (head.HasBody)
        {
            _bodies.Begin(head);
        }

        next = new MsrpEvent(head.IsRequest ? MsrpEventKind.RequestHead : MsrpEventKind.ResponseHead, head, default, default);
        return OperationStatus.Done;
    }

    private OperationStatus ReadBody(ref ReadOnlySequence<byte> input, ref MsrpEvent next)
    {
        OperationStatus status = _bodies.Read(ref input, _heads.Head, out ReadOnlySequence<byte> slice);
        if (status != OperationStatus.Done)
        {
            return status;
        }

        if (_bodies.HasEnded)
        {
            _continuation = _bodies.Continuation;
            _state = State.End;
        }

        if (slice.IsEmpty)
        {
            End(ref next);
        }
        else
        {
            next = new MsrpEvent(MsrpEventKind.Body, _heads.Head, slice, default);
        }

        return OperationStatus.Done;
    }

    private void End(ref MsrpEvent next)
    {
        _state = State.Head;
        next = new MsrpEvent(MsrpEventKind.End, _heads.Head, default, _continuation);
    }
}
