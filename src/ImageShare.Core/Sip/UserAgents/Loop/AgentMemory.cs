namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>What is kept of something finished, to answer retransmissions of its messages. On the loop only.</summary>
internal interface IRemembered
{
    /// <summary>The bytes it takes in memory, estimated.</summary>
    int Bytes { get; }

    /// <summary>Removes it from the tables: its time is over, or too much is kept.</summary>
    void Forget();
}

/// <summary>
/// What an agent keeps of finished transactions and calls, each for as long as its messages may be retransmitted (RFC 3261 §17, RFC 6026). The bytes
/// are bounded; above the bound the oldest is dropped first. All items with the same duration share a timer. On the loop only.
/// </summary>
internal sealed class AgentMemory(AgentLoop loop, TimeProvider time)
{
    /// <summary>The bound: some 20,000 calls, which is 32 s of 600 a second.</summary>
    public const long MaxBytes = 32 * 1024 * 1024;

    private readonly Dictionary<TimeSpan, Lane> _lanes = [];

    /// <summary>The bytes of all items, estimated.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps an item for that time.</summary>
    public void Keep(IRemembered item, TimeSpan duration)
    {
        if (!_lanes.TryGetValue(duration, out Lane? lane))
        {
            lane = new Lane();
            _lanes.Add(duration, lane);
        }

        int bytes = item.Bytes;
        long now = time.GetTimestamp();
        lane.Items.Enqueue(new Memory(item, bytes, now, now + (long)(duration.TotalSeconds * time.TimestampFrequency)));
        Bytes += bytes;
        if (!lane.IsArmed)
        {
            Arm(lane, duration);
        }

        while (Bytes > MaxBytes)
        {
            // The oldest, not the one due first: items with a short duration would never be kept.
            Drop(_lanes.Values.Where(static l => l.Items.Count > 0).MinBy(static l => l.Items.Peek().Since)!);
        }
    }

    /// <summary>The agent is closed: the loop has stopped the timers, the tables are emptied by their owner.</summary>
    public void Clear()
    {
        _lanes.Clear();
        Bytes = 0;
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
        Bytes -= oldest.Bytes;
        oldest.Item.Forget();
    }

    private sealed class Lane
    {
        public Queue<Memory> Items { get; } = [];

        // One timer runs, also after the lane was emptied early.
        public bool IsArmed { get; set; }
    }

    // The size of an item may change; it counts as it was when it was added.
    private readonly record struct Memory(IRemembered Item, int Bytes, long Since, long Due);
}
