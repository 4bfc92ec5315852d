using System.Threading.Tasks.Sources;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Wakes one waiting loop: set any number of times by anyone, it ends one wait. Nothing is allocated and nobody waits for the loop.
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
    /// Whether a loop that waits may go on inside this call, until it waits again; otherwise it goes on in the thread pool. Only for a caller
    /// that holds nothing the loop may want.
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
                    // Whoever came here ends this wait alone.
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
        // Made ready before anyone can see that there is a wait to end.
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
