using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>
/// Loses, doubles and reorders what a <see cref="FakeNetwork"/> carries. What becomes of a message depends on the seed, on what it is and on the
/// how-manieth copy it is, not on which thread sends it first: a seed that failed fails again.
/// </summary>
internal sealed class BadWeather(FakeNetwork network, ManualTimeProvider clock, int seed, double lost = 0.3, double doubled = 0.15, double late = 0.25)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _copies = [];
    private readonly List<ITimer> _timers = [];

    public bool Pass(WireEntry entry)
    {
        int copy;
        string what = $"{entry.From.Port} {entry.Name} {entry.Message.Headers.CSeq!.Number}";
        lock (_gate)
        {
            copy = _copies[what] = _copies.GetValueOrDefault(what) + 1;
        }

        var random = new Random(Hash($"{seed} {what} {copy}"));
        double fate = random.NextDouble();
        if (fate < lost)
        {
            return false;
        }

        if (fate < lost + doubled)
        {
            RepeatLater(entry, random);
            return true;
        }

        if (fate < lost + doubled + late)
        {
            RepeatLater(entry, random);
            return false;
        }

        return true;
    }

    // Later than what follows it, often by more than a retransmission.
    private void RepeatLater(WireEntry entry, Random random)
    {
        ITimer timer = clock.CreateTimer(_ => network.Repeat(entry), null, TimeSpan.FromMilliseconds(50 + random.Next(2000)), Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _timers.Add(timer);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _timers.ForEach(t => t.Dispose());
            _timers.Clear();
        }
    }

    // string.GetHashCode differs from process to process.
    private static int Hash(string text) => text.Aggregate(17, static (hash, c) => unchecked((hash * 31) + c));
}
