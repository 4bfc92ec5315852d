using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The timers of one share, and how long each runs. Started and stopped by the share's loop only.</summary>
/// <param name="time">The clock.</param>
/// <param name="limits">How long an answer and a peer's last words are waited for.</param>
/// <param name="isCaller">Whether this side invites.</param>
/// <param name="fired">Called by the clock when the time of one is over.</param>
internal sealed class ShareTimers(TimeProvider time, ImageShareLimits limits, bool isCaller, Action<ShareTimer> fired)
{
    private readonly Dictionary<ShareTimer, ITimer> _running = [];

    /// <summary>How long a user who cancels waits for the peer; a peer that is there answers sooner.</summary>
    public static TimeSpan PromptTime { get; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Starts a timer, anew when it runs already.</summary>
    public void Start(ShareTimer timer)
    {
        Stop(timer);
        _running[timer] = time.CreateTimer(_ => fired(timer), null, DurationOf(timer), Timeout.InfiniteTimeSpan);
    }

    public void Stop(ShareTimer timer)
    {
        if (_running.Remove(timer, out ITimer? running))
        {
            running.Dispose();
        }
    }

    private TimeSpan DurationOf(ShareTimer timer) => timer switch
    {
        // The user is told when the answer time is over, although the peer may then still have to answer the CANCEL.
        ShareTimer.Answer when isCaller => limits.AnswerTimeout - NoticeTime,
        ShareTimer.Answer => limits.AnswerTimeout,
        ShareTimer.Agreement => limits.MediaConnectTimeout,
        ShareTimer.Notice => NoticeTime,
        ShareTimer.Prompt => PromptTime,
        _ => limits.GraceTimeout,
    };

    private TimeSpan NoticeTime => TimeSpan.FromTicks(Math.Min(TimeSpan.TicksPerSecond, limits.AnswerTimeout.Ticks / 10));
}
