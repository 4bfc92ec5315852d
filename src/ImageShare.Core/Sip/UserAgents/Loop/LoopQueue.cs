namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>The work that waits for a loop, and whether a thread takes it. Until the loop has started, nobody else may begin to take it. Thread-safe.</summary>
internal sealed class LoopQueue
{
    private readonly Lock _gate = new();
    private readonly Queue<LoopWork> _waiting = new();
    private bool _isTaken = true;
    private bool _isComplete;

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0;
            }
        }
    }

    /// <summary>Adds work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="begins">Whether the caller has to take it: no other thread does.</param>
    /// <returns>False after the end.</returns>
    public bool TryAdd(LoopWork work, out bool begins)
    {
        lock (_gate)
        {
            begins = !_isTaken && !_isComplete;
            if (_isComplete)
            {
                return false;
            }

            _waiting.Enqueue(work);
            _isTaken = true;
            return true;
        }
    }

    /// <summary>Takes the next work. For the thread that takes it.</summary>
    /// <param name="work">The work.</param>
    /// <param name="isLast">Whether nothing more will come.</param>
    /// <returns>False when there is none: the thread has to stop.</returns>
    public bool TryTake(out LoopWork work, out bool isLast)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out work))
            {
                isLast = false;
                return true;
            }

            // After the end nobody takes it again.
            isLast = _isComplete;
            _isTaken = isLast;
            return false;
        }
    }

    /// <summary>Accepts nothing more; what waits is still taken.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }
    }
}
