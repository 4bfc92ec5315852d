using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>A timer of an <see cref="AgentLoop"/>: once stopped it never runs, even when its callback is already queued.</summary>
internal abstract class LoopTimer(AgentLoop loop)
{
    private ITimer? _timer;

    public void Arm(TimeProvider time, TimeSpan after) =>
        _timer = time.CreateTimer(static state => ((LoopTimer)state!).Post(), this, LongestWait.Cut(after), Timeout.InfiniteTimeSpan);

    /// <summary>Stops it. On the loop only.</summary>
    public void Stop()
    {
        _timer?.Dispose();
        _timer = null;
        loop.Forget(this);
    }

    private void Post() => loop.Post(() =>
    {
        if (_timer is not null)
        {
            Stop();
            Elapse();
        }
    });

    /// <summary>Its time is over.</summary>
    protected abstract void Elapse();
}

/// <summary>A timer that does something.</summary>
internal sealed class ActionTimer(AgentLoop loop, Action elapsed) : LoopTimer(loop)
{
    protected override void Elapse() => elapsed();
}

/// <summary>The timers of one owner, by name; starting one that runs starts it anew. On the loop only.</summary>
/// <param name="loop">The loop.</param>
/// <param name="elapsed">Called with the name of a timer whose time is over.</param>
internal sealed class LoopTimers<TName>(AgentLoop loop, Action<TName> elapsed)
    where TName : struct, Enum
{
    // Two or three at a time.
    private readonly List<Named> _timers = [];

    public void Start(TName name, TimeSpan after)
    {
        Stop(name);
        var timer = new Named(this, name);
        _timers.Add(timer);
        loop.StartTimer(after, timer);
    }

    public void Stop(TName name)
    {
        foreach (Named timer in _timers)
        {
            if (EqualityComparer<TName>.Default.Equals(timer.Name, name))
            {
                _timers.Remove(timer);
                timer.Stop();
                return;
            }
        }
    }

    public void StopAll()
    {
        foreach (Named timer in _timers)
        {
            timer.Stop();
        }

        _timers.Clear();
    }

    private sealed class Named(LoopTimers<TName> owner, TName name) : LoopTimer(owner.Loop)
    {
        public TName Name => name;

        protected override void Elapse()
        {
            owner._timers.Remove(this);
            owner.Elapsed(name);
        }
    }

    private AgentLoop Loop => loop;

    private void Elapsed(TName name) => elapsed(name);
}
