using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>A timer of an <see cref="AgentLoop"/>: once stopped it never runs, even when its callback is already queued.</summary>
internal sealed class LoopTimer(AgentLoop loop, Action elapsed)
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
            elapsed();
        }
    });
}

/// <summary>The timers of one owner, by name; starting one that runs starts it anew. On the loop only.</summary>
internal sealed class LoopTimers<TName>(AgentLoop loop)
    where TName : notnull
{
    private readonly Dictionary<TName, LoopTimer> _timers = [];

    public void Start(TName name, TimeSpan after, Action elapsed)
    {
        Stop(name);
        _timers[name] = loop.StartTimer(after, () =>
        {
            _timers.Remove(name);
            elapsed();
        });
    }

    public void Stop(TName name)
    {
        if (_timers.Remove(name, out LoopTimer? timer))
        {
            timer.Stop();
        }
    }

    public void StopAll()
    {
        foreach (LoopTimer timer in _timers.Values)
        {
            timer.Stop();
        }

        _timers.Clear();
    }
}
