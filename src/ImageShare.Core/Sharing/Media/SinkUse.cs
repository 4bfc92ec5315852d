using ImageShare.Core.Images.Stores;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Who uses a sink: one call at a time, and its disposal waits for the call that is using it. A sink is written by the connection's reader
/// loop and given up by the share's.
/// </summary>
internal sealed class SinkUse : IAsyncDisposable
{
    private const int Idle = 0;
    private const int InUse = 1;
    private const int GivenUp = 2;
    private const int InUseAndGivenUp = 3;

    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _use;

    /// <summary>The sink. Use it only between <see cref="TryEnter"/> and <see cref="LeaveAsync"/>; may be replaced by one that wraps it.</summary>
    public required IImageSink Sink { get; set; }

    /// <summary>Whether the sink was released.</summary>
    public bool IsReleased => _released.Task.IsCompleted;

    /// <summary>Begins a call; false if the sink was given up or is in use.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref _use, InUse, Idle) == Idle;

    /// <summary>Ends a call. Releases the sink if it was given up in the meantime.</summary>
    public ValueTask LeaveAsync() =>
        Interlocked.CompareExchange(ref _use, Idle, InUse) == InUse ? ValueTask.CompletedTask : ReleaseAsync();

    /// <summary>Gives the sink up: releases it now, or at the end of the call that is using it, for which this waits.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.CompareExchange(ref _use, GivenUp, Idle) == Idle)
        {
            return ReleaseAsync();
        }

        return Interlocked.CompareExchange(ref _use, InUseAndGivenUp, InUse) == Idle ? DisposeAsync() : new ValueTask(_released.Task);
    }

    private async ValueTask ReleaseAsync()
    {
        Volatile.Write(ref _use, GivenUp);
        try
        {
            await Sink.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _released.TrySetResult();
        }
    }
}
