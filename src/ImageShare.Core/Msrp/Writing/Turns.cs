using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>
/// Which messages of a connection take turns, and which rest until their rate allows more: those are not looked at before they are due. Any thread may add and
/// remove; all else is for the writer loop.
/// </summary>
internal sealed class Turns(WriterState state, TimeProvider time) : IDisposable
{
    /// <summary>Rests end at multiples of this time: what is due at nearly the same time leaves with one wake and one system call. A fifth of what a rate may save up.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly long _beat = (long)(Beat.TotalSeconds * time.TimestampFrequency);

    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly List<OutgoingTransfer> _ready = [];
    private readonly PriorityQueue<OutgoingTransfer, long> _resting = new();
    private int _next;
    private ITimer? _timer;
    private long? _wakesAt;

    /// <summary>How many take turns. A snapshot.</summary>
    public int Count => _ready.Count;

    public void Add(OutgoingTransfer transfer)
    {
        lock (_gate)
        {
            _ready.Add(transfer);
        }
    }

    public void Remove(OutgoingTransfer transfer)
    {
        lock (_gate)
        {
            if (!TryRemoveReady(transfer) && _resting.Remove(transfer, out _, out _))
            {
                DisarmIfNoneRests();
            }
        }
    }

    /// <summary>Whose turn it is now; null when nobody takes turns.</summary>
    public OutgoingTransfer? Next()
    {
        lock (_gate)
        {
            if (_ready.Count == 0)
            {
                return null;
            }

            _next = (_next + 1) % _ready.Count;
            return _ready[_next];
        }
    }

    /// <summary>A message takes no turns for a while.</summary>
    /// <param name="transfer">The message.</param>
    /// <param name="until">When its rate allows more; a timestamp.</param>
    public void Rest(OutgoingTransfer transfer, long until)
    {
        lock (_gate)
        {
            // Unless it was removed meanwhile.
            if (TryRemoveReady(transfer))
            {
                _resting.Enqueue(transfer, until);
            }
        }
    }

    /// <summary>Those that are due take turns again, and those that were stopped.</summary>
    public void EndRests()
    {
        lock (_gate)
        {
            if (_resting.Count == 0)
            {
                return;
            }

            if (state.TakeHasStopped())
            {
                EndRestsOfStopped();
            }

            for (long now = time.GetTimestamp(); _resting.TryPeek(out OutgoingTransfer? due, out long until) && until <= now;)
            {
                _resting.Dequeue();
                _ready.Add(due);
            }

            DisarmIfNoneRests();
        }
    }

    /// <summary>Wakes the writer loop when the first that rests is due. Before the loop waits.</summary>
    public void Arm()
    {
        lock (_gate)
        {
            if (!_resting.TryPeek(out _, out long until) || until >= _wakesAt)
            {
                return;
            }

            long wakesAt = (until + _beat - 1) / _beat * _beat;
            if (wakesAt >= _wakesAt)
            {
                return;
            }

            // Timers know whole milliseconds only: one that is set to less ends at once.
            double milliseconds = time.GetElapsedTime(time.GetTimestamp(), wakesAt).TotalMilliseconds;
            _wakesAt = wakesAt;
            _timer ??= time.CreateTimer(static turns => ((Turns)turns!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(milliseconds))), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The loop has ended: it is woken no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wakesAt = null;
        }

        // Inside this call: nothing else is done on the timer's thread.
        state.Wake(inline: true);
    }

    // The end of a stopped message does not wait for its rate.
    private void EndRestsOfStopped()
    {
        (OutgoingTransfer Transfer, long Until)[] all = [.. _resting.UnorderedItems];
        _resting.Clear();
        foreach ((OutgoingTransfer transfer, long until) in all)
        {
            if (transfer.StopReason != TransferStop.None)
            {
                _ready.Add(transfer);
            }
            else
            {
                _resting.Enqueue(transfer, until);
            }
        }
    }

    private bool TryRemoveReady(OutgoingTransfer transfer)
    {
        // The loop removes the one whose turn it was last.
        int index = (uint)_next < (uint)_ready.Count && _ready[_next] == transfer ? _next : _ready.IndexOf(transfer);
        if (index < 0)
        {
            return false;
        }

        _ready.RemoveAt(index);
        if (index <= _next)
        {
            // The next turn is still that of the one behind it.
            _next--;
        }

        return true;
    }

    private void DisarmIfNoneRests()
    {
        if (_resting.Count == 0 && _wakesAt is not null)
        {
            _wakesAt = null;
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
