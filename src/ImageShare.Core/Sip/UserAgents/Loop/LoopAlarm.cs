using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// The timers of a loop behind one timer of the clock. A share starts some twenty and stops nearly all of them within a millisecond: that shall cost neither an object of the
/// system nor its lock. The clock's timer is not moved when the first of them is stopped; it finds nothing due then. Thread-safe.
/// </summary>
internal sealed class LoopAlarm(AgentLoop loop, TimeProvider time)
{
    // The system's timer may come early by its tick. What is left of less than this is not waited for.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();

    // A binary heap: each is due no later than the two at twice its place.
    private readonly List<LoopTimer> _waiting = [];
    private ITimer? _alarm;
    private long _alarmDue = long.MaxValue;

    public void Add(LoopTimer timer, TimeSpan after)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            timer.Due = now + (long)Math.Round(LongestWait.Cut(after).TotalSeconds * time.TimestampFrequency);
            _waiting.Add(timer);
            Rise(timer, _waiting.Count - 1);
            if (timer.Due < _alarmDue)
            {
                Arm(timer.Due, now);
            }
        }
    }

    /// <summary>Does nothing if it does not wait.</summary>
    public void Remove(LoopTimer timer)
    {
        lock (_gate)
        {
            Take(timer);
            if (_waiting.Count == 0)
            {
                Disarm();
            }
        }
    }

    /// <summary>All that wait. The loop is about to end: it stops them.</summary>
    public LoopTimer[] ToArray()
    {
        lock (_gate)
        {
            return [.. _waiting];
        }
    }

    // On a thread of the clock. Posts them in the order in which they are due.
    private void OnAlarm()
    {
        lock (_gate)
        {
            _alarmDue = long.MaxValue;
            while (_waiting.Count > 0)
            {
                long now = time.GetTimestamp();
                LoopTimer first = _waiting[0];
                if (time.GetElapsedTime(now, first.Due) >= Tick)
                {
                    Arm(first.Due, now);
                    return;
                }

                Take(first);
                first.Post(loop);
            }
        }
    }

    private void Arm(long due, long now)
    {
        _alarmDue = due;
        TimeSpan after = due > now ? time.GetElapsedTime(now, due) : TimeSpan.Zero;
        if (_alarm is { } alarm)
        {
            alarm.Change(after, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _alarm = time.CreateTimer(static alarm => ((LoopAlarm)alarm!).OnAlarm(), this, after, Timeout.InfiniteTimeSpan);
        }
    }

    private void Disarm()
    {
        if (_alarmDue != long.MaxValue)
        {
            _alarmDue = long.MaxValue;
            _alarm!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Take(LoopTimer timer)
    {
        int place = timer.Place;
        if (place < 0)
        {
            return;
        }

        timer.Place = -1;
        LoopTimer last = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        if (last != timer)
        {
            Sink(last, place);
            Rise(last, last.Place);
        }
    }

    private void Rise(LoopTimer timer, int place)
    {
        while (place > 0 && _waiting[(place - 1) / 2] is { } above && timer.Due < above.Due)
        {
            Put(above, place);
            place = (place - 1) / 2;
        }

        Put(timer, place);
    }

    private void Sink(LoopTimer timer, int place)
    {
        for (int below = (2 * place) + 1; below < _waiting.Count; below = (2 * place) + 1)
        {
            if (below + 1 < _waiting.Count && _waiting[below + 1].Due < _waiting[below].Due)
            {
                below++;
            }

            if (_waiting[below].Due >= timer.Due)
            {
                break;
            }

            Put(_waiting[below], place);
            place = below;
        }

        Put(timer, place);
    }

    private void Put(LoopTimer timer, int place)
    {
        _waiting[place] = timer;
        timer.Place = place;
    }
}
