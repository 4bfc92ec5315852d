using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// Has the closing agent wait for a message that cannot be sent yet, such as a CANCEL before the first provisional response. On the loop only.
/// </summary>
internal sealed class ClosingDelay(AgentLoop loop)
{
    private LoopTimer? _timer;

    /// <summary>Has the closing agent wait for that time, counted from now; does nothing when it is over already.</summary>
    public void Extend(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        if (_timer is null)
        {
            loop.Unsent.Count(1);
        }

        _timer?.Stop();
        _timer = loop.StartTimer(time, End);
    }

    /// <summary>There is nothing to wait for any more.</summary>
    public void End()
    {
        if (_timer is { } timer)
        {
            _timer = null;
            timer.Stop();
            loop.Unsent.Count(-1);
        }
    }
}
