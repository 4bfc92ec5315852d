using System.Globalization;
using ImageShare.Core.Interleavings;
using ImageShare.Core.Interleavings.Rewriting;
using ImageShare.Core.Interleavings.Scenarios;

// Explores orders of events; see docs/testing.md, Orders of events. The library beside this program must have been rewritten first: the script explore does it.
if (args is ["rewrite", string assembly])
{
    Library.Rewrite(assembly);
    return 0;
}

if (args is ["replay", string which, string order])
{
    return Exploration.Replay(Scenario.All.Single(s => s.Name == which), int.Parse(order, CultureInfo.InvariantCulture)) ? 0 : 1;
}

int orders = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
bool allRight = true;
foreach (Scenario scenario in Scenario.All.Where(s => args.Length < 2 || args.Skip(1).Contains(s.Name)))
{
    allRight &= Exploration.Explore(scenario, orders);
}

return allRight ? 0 : 1;
