namespace ImageShare.Core.Tests.Faults;

/// <summary>Datagrams that are held on their way: those that fit, until they are released or dropped.</summary>
internal sealed class DatagramHold(Func<Datagram, bool> which)
{
    private readonly Lock _lock = new();
    private readonly List<Action> _held = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;

    /// <summary>Waits until the first one is held.</summary>
    public Task FirstAsync() => _first.Task.WaitAsync(SharePair.Patience);

    /// <summary>Holds the datagram if it is one of them.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="deliver">What takes it on.</param>
    public bool Takes(Datagram datagram, Action deliver)
    {
        lock (_lock)
        {
            if (_isOver || !which(datagram))
            {
                return false;
            }

            _held.Add(deliver);
        }

        _first.TrySetResult();
        return true;
    }

    /// <summary>Nothing is held any more, and what was held arrives.</summary>
    public void Release()
    {
        foreach (Action deliver in End())
        {
            deliver();
        }
    }

    /// <summary>Nothing is held any more, and what was held is lost.</summary>
    public void Drop() => End();

    private Action[] End()
    {
        lock (_lock)
        {
            Action[] held = [.. _held];
            _held.Clear();
            _isOver = true;
            return held;
        }
    }
}
