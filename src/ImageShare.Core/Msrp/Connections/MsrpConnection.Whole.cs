using System.Buffers;
using System.Runtime.CompilerServices;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>What lies whole at hand, in one step each: the small chunks of a transfer, and the responses to them. Part of the reader loop.</summary>
internal sealed partial class MsrpConnection
{
    // Until one has to be waited for, or what comes next has to be read event by event.
    private ValueTask TakeWhole(ref ReadOnlySequence<byte> input)
    {
        ReadOnlyMemory<byte> piece = input.First;
        ReadOnlySpan<byte> bytes = piece.Span;
        ValueTask taking = default;
        int taken = 0;
        while (taking.IsCompletedSuccessfully && _decoder.TryReadWhole(bytes[taken..], out WholeMessage message))
        {
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
        if (!head.IsRequest)
        {
            BeginResponse(head);
            return EndMessageAsync(head, message.Continuation);
        }

        // Each is looked at once: what is pending now may be done a moment later, on another thread.
        ValueTask beginning = BeginMessageAsync(head);
        _bodyLength = body.Length;
        if (!beginning.IsCompletedSuccessfully)
        {
            return AwaitAsync(beginning, false, head, body, message.Continuation);
        }

        ValueTask writing = TakesBody ? WriteBodyAsync(head, new ReadOnlySequence<byte>(body)) : default;
        return writing.IsCompletedSuccessfully
            ? EndMessageAsync(head, message.Continuation)
            : AwaitAsync(writing, true, head, body, message.Continuation);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        async ValueTask AwaitAsync(ValueTask step, bool began, MsrpHead head, ReadOnlyMemory<byte> body, MsrpContinuation continuation)
        {
            await step.ConfigureAwait(false);
            if (!began && TakesBody)
            {
                await WriteBodyAsync(head, new ReadOnlySequence<byte>(body)).ConfigureAwait(false);
            }

            await EndMessageAsync(head, continuation).ConfigureAwait(false);
        }
    }
}
