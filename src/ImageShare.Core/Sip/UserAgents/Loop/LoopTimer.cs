namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>A timer of an <see cref="AgentLoop"/>: once stopped it never runs, even when its callback is already queued.</summary>
internal abstract class LoopTimer(AgentLoop loop)
{
    private bool _isArmed;

    /// <summary>When it is due, as a timestamp of the clock. For its <see cref="LoopAlarm"/>.</summary>
    public long Due { get; set; }

    /// <summary>Its place in its <see cref="LoopAlarm"/>; -1 if it does not wait there.</summary>
    public int Place { get; set; } = -1;

    /// <summary>Starts it, once. On the loop only.</summary>
    public void Arm(LoopAlarm alarm, TimeSpan after)
    {
        _isArmed = true;
        alarm.Add(this, after);
    }

    /// <summary>Stops it. On the loop only.</summary>
    public void Stop()
    {
        if (_isArmed)
        {
            _isArmed = false;
            loop.Forget(this);
        }
    }

    /// <summary>It is due: has the loop run it, unless it is stopped before.</summary>
    public void Post(AgentLoop on) => on.PostWork(new LoopWork(static (_, timer, _) => ((LoopTimer)timer).Run(), this));

    private void Run()
    {
        if (_isArmed)
        {
            _isArmed = false;
            Elapse();
        }
    }

    /// <summary>Its time is over.</summary>
    protected abstract void Elapse();
}

/// <summary>A timer that does something.</summary>
internal sealed class ActionTimer(AgentLoop loop, Action elapsed) : LoopTimer(loop)
{
    protected override void Elapse() => elapsed();
}

/// <summary>Whoever has <see cref="LoopTimers{TName}"/>. On the loop only.</summary>
internal interface ILoopTimerUser<TName>
    where TName : struct, Enum
{
    /// <summary>The time of the timer with that name is over.</summary>
    void OnTimer(TName timer);
}

/// <summary>The timers of one owner, by name; starting one that runs starts it anew. On the loop only.</summary>
/// <param name="loop">The loop.</param>
/// <param name="user">Hears of a timer whose time is over.</param>
internal sealed class LoopTimers<TName>(AgentLoop loop, ILoopTimerUser<TName> user)
    where TName : struct, Enum
{
    // Two or three at a time; each knows the next.
    private Named? _first;

    public void Start(TName name, TimeSpan after)
    {
        Stop(name);
        _first = new Named(this, loop, name) { Next = _first };
        loop.StartTimer(after, _first);
    }

    public void Stop(TName name)
    {
        for (Named? timer = _first; timer is not null; timer = timer.Next)
        {
            if (EqualityComparer<TName>.Default.Equals(timer.Name, name))
            {
                Remove(timer);
                timer.Stop();
                return;
            }
        }
    }

    public void StopAll()
    {
        for (Named? timer = _first; timer is not null; timer = timer.Next)
        {
            timer.Stop();
        }

        _first = null;
    }

    private void Remove(Named timer)
    {
        if (_first == timer)
        {
            _first = timer.Next;
            return;
        }

        for (Named? before = _first; before is not null; before = before.Next)
        {
            if (before.Next == timer)
            {
                before.Next = timer.Next;
                return;
            }
        }
    }

    private void OnElapsed(Named timer)
    {
        Remove(timer);
        user.OnTimer(timer.Name);
    }

    private sealed class Named(LoopTimers<TName> owner, AgentLoop loop, TName name) : LoopTimer(loop)
    {
        public TName Name => name;

        public Named? Next { get; set; }

        protected override void Elapse() => owner.OnElapsed(this);
    }
}
