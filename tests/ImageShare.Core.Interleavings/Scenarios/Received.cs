using System.Buffers;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Takes a message and counts its bytes.</summary>
internal sealed class Received : IMsrpMessageReceiver
{
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Whole => _whole.Task;

    public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken) => ValueTask.FromResult(MsrpAcceptance.Accept);

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
    {
        _whole.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public ValueTask AbortAsync(MsrpAbortReason reason)
    {
        _whole.TrySetException(new InvalidOperationException($"The message was aborted: {reason}."));
        return ValueTask.CompletedTask;
    }
}
