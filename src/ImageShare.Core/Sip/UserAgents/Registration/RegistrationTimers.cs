using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Registration;

/// <summary>
/// The timers of a registration. A machine that sleeps stops the clock that timers run by, but not the registrar's; so long waits are cut into minutes, and what
/// is late by the time of day is done at once. When the time of day is changed, that is early, which does no harm; nothing is late, because either clock is
/// enough. A binding expires by the first clock only: nobody's change of the time of day makes it lost. On the loop only.
/// </summary>
internal sealed class RegistrationTimers : ILoopTimerUser<RegistrationTimer>
{
    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly Action<RegistrationTimer> _elapsed;
    private readonly LoopTimers<RegistrationTimer> _timers;
    private readonly Dictionary<RegistrationTimer, Deadline> _deadlines = [];

    public RegistrationTimers(AgentLoop loop, TimeProvider time, Action<RegistrationTimer> elapsed)
    {
        _time = time;
        _elapsed = elapsed;
        _timers = new LoopTimers<RegistrationTimer>(loop, this);
    }

    public void Start(RegistrationTimer timer, TimeSpan after)
    {
        _deadlines[timer] = new Deadline(_time.GetTimestamp(), after, _time.GetUtcNow() + after);
        _timers.Start(timer, after < Slice ? after : Slice);
    }

    public void Stop(RegistrationTimer timer)
    {
        _deadlines.Remove(timer);
        _timers.Stop(timer);
    }

    /// <summary>When it is over, by the time of day; null when it does not run.</summary>
    public DateTimeOffset? Due(RegistrationTimer timer) => _deadlines.TryGetValue(timer, out Deadline deadline) ? deadline.TimeOfDay : null;

    void ILoopTimerUser<RegistrationTimer>.OnTimer(RegistrationTimer timer)
    {
        Deadline deadline = _deadlines[timer];
        TimeSpan left = deadline.After - _time.GetElapsedTime(deadline.Since);
        if (left <= TimeSpan.Zero || (timer != RegistrationTimer.Expiry && _time.GetUtcNow() >= deadline.TimeOfDay))
        {
            _deadlines.Remove(timer);
            _elapsed(timer);
        }
        else
        {
            _timers.Start(timer, left < Slice ? left : Slice);
        }
    }

    private readonly record struct Deadline(long Since, TimeSpan After, DateTimeOffset TimeOfDay);
}
