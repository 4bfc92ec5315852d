using System.Diagnostics;
using System.Globalization;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Interleavings.Scenarios;

namespace ImageShare.Core.Interleavings;

/// <summary>Runs a scenario in one order after the other and tells which went wrong.</summary>
internal static class Exploration
{
    // One wrong order is enough to look at; the number of the others says how rare it is.
    private const int Told = 1;

    public static bool Explore(Scenario scenario, int orders)
    {
        var clock = Stopwatch.StartNew();
        int wrong = 0;
        long steps = 0;
        for (int number = 1; number <= orders; number++)
        {
            try
            {
                steps += Order.Run(number, scenario.RunAsync);
            }
#pragma warning disable CA1031 // Whatever a scenario throws is what its order did wrong.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (++wrong <= Told)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: order {number} is wrong: {e}"));
                }
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{scenario.Name}: {wrong} of {orders} orders are wrong ({steps / Math.Max(1, orders - wrong)} steps each, {clock.Elapsed.TotalSeconds:F1} s)"));
        return wrong == 0;
    }

    /// <summary>Runs one order again and prints its steps.</summary>
    public static bool Replay(Scenario scenario, int number)
    {
        OrderTime.KeepsOrigins = true;
        try
        {
            Order.Run(number, scenario.RunAsync, Console.Out);
            return true;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Console.WriteLine(e);
            return false;
        }
    }
}
