namespace ImageShare.Core.Interleavings.Orders;

/// <summary>
/// Chooses what happens next. Which way it chooses depends on the number of the order: any step with the same chance; first come, first served, with some steps put
/// off until nothing else can happen; or the newest or the oldest step.
/// </summary>
internal sealed class Chooser
{
    // Put off: this many of a hundred steps, and how much longer than the others these may wait.
    private const int Late = 8;
    private const int Longest = 4;

    private readonly Random _random;
    private readonly Way _way;

    public Chooser(int order)
    {
        // The same number gives the same choices.
        _random = new Random(order);
        _way = (Way)(order % 3);
    }

    private enum Way
    {
        Any,
        SomeLate,
        Ends,
    }

    /// <summary>How far a step that has just become possible is put off.</summary>
    public int DelayOfNext() => _way is Way.SomeLate && _random.Next(100) < Late ? _random.Next(1, Longest + 1) : 0;

    /// <summary>Where in the list the next step is.</summary>
    public int Next(List<Step> ready) => _way switch
    {
        Way.Any => _random.Next(ready.Count),
        Way.SomeLate => FirstOfLeastDelay(ready),
        _ => _random.Next(2) == 0 ? 0 : ready.Count - 1,
    };

    /// <summary>Whether the clock runs although steps are waiting: a machine may be as slow as that.</summary>
    public bool TimePasses() => _random.Next(40) == 0;

    /// <summary>How many steps somebody waits before doing something: any moment of a scenario of that many steps.</summary>
    public int Moment(int steps) => _random.Next(steps);

    /// <summary>How many copies of a datagram a bad network delivers.</summary>
    public int Copies() => _random.Next(10) switch
    {
        < 3 => 0,
        < 9 => 1,
        _ => 2,
    };

    private static int FirstOfLeastDelay(List<Step> ready)
    {
        int least = 0;
        for (int i = 1; i < ready.Count; i++)
        {
            if (ready[i].Delay < ready[least].Delay)
            {
                least = i;
            }
        }

        return least;
    }
}
