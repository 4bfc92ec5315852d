using System.Threading.Tasks.Sources;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// An auto-reset event for one waiting loop: set any number of times by any thread, it ends one wait. It does not allocate, and setting it does not block.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Raised = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Ends the present wait, or the next one at once.</summary>
    /// <param name="inline">
    /// Whether the waiting loop may run inside this call until it waits again; otherwise it runs on the thread pool. Only for a caller
    /// that holds no lock the loop may take.
    /// </param>
    public void Set(bool inline = false)
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state == Raised)
            {
                return;
            }

            int next = state == Waiting ? Idle : Raised;
            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                if (state == Waiting)
                {
                    // Only one thread gets here for each wait.
                    _source.RunContinuationsAsynchronously = !inline;
                    _source.SetResult(true);
                }

                return;
            }
        }
    }

    /// <summary>Waits until the signal is set. One wait at a time.</summary>
    public ValueTask WaitAsync()
    {
        // Reset before another thread can see that there is a wait to end.
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _source.Version);
        }

        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
