namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>What is left of something that is done: no more than what late copies of its messages need. On the loop only.</summary>
internal interface IRemembered
{
    /// <summary>What it takes, about.</summary>
    int Octets { get; }

    /// <summary>Takes it out of the tables: its time is over, or too much is remembered.</summary>
    void Forget();
}

/// <summary>
/// What an agent remembers of transactions and calls that are done, each for as long as copies of its messages may come (RFC 3261 §17, RFC 6026). Only
/// the octets are bounded; the oldest is forgotten first. One timer for all that is remembered equally long. On the loop only.
/// </summary>
internal sealed class AgentMemory(AgentLoop loop, TimeProvider time)
{
    /// <summary>The most that is remembered: of some 20,000 calls, which is 32 s of 600 a second.</summary>
    public const long Most = 32 * 1024 * 1024;

    private readonly Dictionary<TimeSpan, Lane> _lanes = [];

    /// <summary>What all of it takes, about.</summary>
    public long Octets { get; private set; }

    /// <summary>Remembers something for that time.</summary>
    public void Keep(IRemembered item, TimeSpan duration)
    {
        if (!_lanes.TryGetValue(duration, out Lane? lane))
        {
            lane = new Lane();
            _lanes.Add(duration, lane);
        }

        int octets = item.Octets;
        long now = time.GetTimestamp();
        lane.Items.Enqueue(new Memory(item, octets, now, now + (long)(duration.TotalSeconds * time.TimestampFrequency)));
        Octets += octets;
        if (!lane.IsArmed)
        {
            Arm(lane, duration);
        }

        while (Octets > Most)
        {
            // Not the one that is due first: what is kept for a short time would never be kept.
            Drop(_lanes.Values.Where(static l => l.Items.Count > 0).MinBy(static l => l.Items.Peek().Since)!);
        }
    }

    /// <summary>The agent is closed: the loop has stopped the timers, the tables are emptied by their owner.</summary>
    public void Clear()
    {
        _lanes.Clear();
        Octets = 0;
    }

    private void Arm(Lane lane, TimeSpan after)
    {
        lane.IsArmed = true;
        loop.StartTimer(after, () => OnTimer(lane));
    }

    private void OnTimer(Lane lane)
    {
        lane.IsArmed = false;
        long now = time.GetTimestamp();
        while (lane.Items.TryPeek(out Memory oldest) && oldest.Due <= now)
        {
            Drop(lane);
        }

        if (lane.Items.TryPeek(out Memory next))
        {
            Arm(lane, TimeSpan.FromSeconds((double)(next.Due - now) / time.TimestampFrequency) + TimeSpan.FromTicks(1));
        }
    }

    private void Drop(Lane lane)
    {
        Memory oldest = lane.Items.Dequeue();
        Octets -= oldest.Octets;
        oldest.Item.Forget();
    }

    private sealed class Lane
    {
        public Queue<Memory> Items { get; } = [];

        // One timer, also when the lane was emptied before its time.
        public bool IsArmed { get; set; }
    }

    // What it takes may change while it is remembered; it counts as it was noted.
    private readonly record struct Memory(IRemembered Item, int Octets, long Since, long Due);
}
