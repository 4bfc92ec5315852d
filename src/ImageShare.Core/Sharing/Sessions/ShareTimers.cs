using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The timers of a share and their durations. Used by the share's loop only.</summary>
/// <param name="time">The clock.</param>
/// <param name="limits">The timeouts.</param>
/// <param name="isCaller">Whether this side is the caller.</param>
/// <param name="session">Gets an input when a timer fires.</param>
internal sealed class ShareTimers(TimeProvider time, ImageShareLimits limits, bool isCaller, ShareSession session)
{
    private readonly List<(ShareTimer Name, ITimer Timer)> _running = [];

    /// <summary>How long a cancellation waits for the peer before the result is published.</summary>
    public static TimeSpan PromptTime { get; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Starts or restarts a timer.</summary>
    public void Start(ShareTimer timer)
    {
        Stop(timer);
        _running.Add((timer, time.CreateTimer(static fired => ((Fired)fired!).Post(), new Fired(session, timer), DurationOf(timer), Timeout.InfiniteTimeSpan)));
    }

    public void Stop(ShareTimer timer)
    {
        for (int i = 0; i < _running.Count; i++)
        {
            if (_running[i].Name == timer)
            {
                _running[i].Timer.Dispose();
                _running.RemoveAt(i);
                return;
            }
        }
    }

    private sealed class Fired(ShareSession session, ShareTimer timer)
    {
        public void Post() => session.Post(new ShareInput.TimerFired(timer));
    }

    private TimeSpan DurationOf(ShareTimer timer) => timer switch
    {
        // The result is due when the answer timeout expires, and the peer must have time to answer the CANCEL before.
        ShareTimer.Answer when isCaller => limits.AnswerTimeout - NoticeTime,
        ShareTimer.Answer => limits.AnswerTimeout,
        ShareTimer.Agreement => limits.MsrpConnectTimeout,
        ShareTimer.Notice => NoticeTime,
        ShareTimer.Prompt => PromptTime,
        _ => limits.GraceTimeout,
    };

    private TimeSpan NoticeTime => TimeSpan.FromTicks(Math.Min(TimeSpan.TicksPerSecond, limits.AnswerTimeout.Ticks / 10));
}
