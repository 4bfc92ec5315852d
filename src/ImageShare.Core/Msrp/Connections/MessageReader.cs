using System.Buffers;
using System.Runtime.CompilerServices;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Tracing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Decodes what one connection has received, and takes requests and responses to their handlers. Fast path: a message that is complete in the buffer and repeats
/// the head before it, as the small chunks of a transfer and the responses to them do, is taken in one step. For the reader loop.
/// </summary>
internal sealed class MessageReader(ConnectionSettings settings, IncomingTrace? trace, RequestHandler requests, ResponseHandler responses, ReadProgress progress)
{
    private readonly MsrpReader _decoder = new(settings.Limits);
    private long _bodyLength;

    /// <summary>Whether no message is open.</summary>
    public bool IsIdle => _decoder.IsIdle;

    /// <summary>Whether a head has begun that is not complete; its first line may also be among what was left.</summary>
    public bool IsInHead => _decoder.IsInHead;

    /// <summary>What made the stream unreadable.</summary>
    public MsrpReadErrorCode Fault => _decoder.Error?.Code ?? MsrpReadErrorCode.None;

    /// <summary>Reads until something has to be waited for.</summary>
    /// <param name="input">The buffered input; on return, the part that was not consumed.</param>
    /// <param name="waiting">What to wait for, before the next call.</param>
    /// <returns>As <see cref="MsrpReader.Read"/>; Done when there is something to wait for.</returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, out ValueTask waiting)
    {
        // What it works with stays on the stack, as it would not in an async method.
        ReadOnlySequence<byte> rest = input;
        OperationStatus status = OperationStatus.Done;
        do
        {
            waiting = TakeWhole(ref rest);
            if (!waiting.IsCompletedSuccessfully)
            {
                break;
            }

            ReadOnlySequence<byte> before = rest;
            status = _decoder.Read(ref rest, out MsrpEvent next);
            if (trace is not null)
            {
                TraceRead(before.Slice(0, rest.Start), next, status == OperationStatus.Done);
            }

            if (status == OperationStatus.Done)
            {
                waiting = HandleAsync(next);
            }
        }
        while (status == OperationStatus.Done && waiting.IsCompletedSuccessfully);
        input = rest;
        return status;
    }

    // Complete messages, until a handler does not complete at once, or the next input must be read event by event.
    private ValueTask TakeWhole(ref ReadOnlySequence<byte> input)
    {
        ReadOnlyMemory<byte> piece = input.First;
        ReadOnlySpan<byte> bytes = piece.Span;
        ValueTask taking = default;
        int taken = 0;
        while (taking.IsCompletedSuccessfully && _decoder.TryReadWhole(bytes[taken..], out WholeMessage message))
        {
            trace?.Whole(bytes.Slice(taken, message.BodyStart), bytes.Slice(taken + message.BodyStart, message.BodyLength));
            taking = TakeAsync(message, piece.Slice(taken + message.BodyStart, message.BodyLength));
            taken += message.Length;
        }

        if (taken > 0)
        {
            input = input.Slice(taken);
        }

        return taking;
    }

    private ValueTask TakeAsync(in WholeMessage message, ReadOnlyMemory<byte> body)
    {
        MsrpHead head = message.Head;
        _bodyLength = body.Length;
        if (!head.IsRequest)
        {
            responses.TakeResponse(head);
            return EndAsync(head, message.Continuation);
        }

        // Each is looked at once: what is pending now may be done a moment later, on another thread.
        ValueTask beginning = requests.BeginAsync(head);
        if (!beginning.IsCompletedSuccessfully)
        {
            return AwaitAsync(beginning, false, head, body, message.Continuation);
        }

        ValueTask writing = requests.TakesBody ? requests.WriteBodyAsync(head, new ReadOnlySequence<byte>(body)) : default;
        return writing.IsCompletedSuccessfully
            ? EndAsync(head, message.Continuation)
            : AwaitAsync(writing, true, head, body, message.Continuation);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        async ValueTask AwaitAsync(ValueTask step, bool hasBegun, MsrpHead head, ReadOnlyMemory<byte> body, MsrpContinuation continuation)
        {
            await step.ConfigureAwait(false);
            if (!hasBegun && requests.TakesBody)
            {
                await requests.WriteBodyAsync(head, new ReadOnlySequence<byte>(body)).ConfigureAwait(false);
            }

            await EndAsync(head, continuation).ConfigureAwait(false);
        }
    }

    private ValueTask HandleAsync(in MsrpEvent next)
    {
        switch (next.Kind)
        {
            case MsrpEventKind.Body:
                _bodyLength += next.Body.Length;
                return requests.TakesBody ? requests.WriteBodyAsync(next.Head, next.Body) : default;
            case MsrpEventKind.RequestHead:
                _bodyLength = 0;
                return requests.BeginAsync(next.Head);
            case MsrpEventKind.ResponseHead:
                _bodyLength = 0;
                responses.TakeResponse(next.Head);
                return default;
            default:
                return EndAsync(next.Head, next.Continuation);
        }
    }

    private ValueTask EndAsync(MsrpHead head, MsrpContinuation continuation)
    {
        progress.EndMessage();
        trace?.End(head, _bodyLength, continuation);
        return head.IsRequest ? requests.EndAsync(head, continuation) : default;
    }

    /// <summary>Traces what made the stream unreadable, as far as it is buffered.</summary>
    /// <param name="read">What was read last.</param>
    /// <param name="consumed">How many bytes came before it.</param>
    public void TraceUnreadable(in ReadOnlySequence<byte> read, long consumed)
    {
        if (_decoder.Error is { } error)
        {
            trace?.Unreadable(read, consumed, error);
        }
    }

    private void TraceRead(in ReadOnlySequence<byte> consumed, in MsrpEvent next, bool isEvent)
    {
        if (isEvent && next.Kind == MsrpEventKind.Body)
        {
            trace!.Body(next.Body);
        }
        else if (!isEvent || next.Kind != MsrpEventKind.End)
        {
            trace!.Head(consumed);
        }
    }
}
