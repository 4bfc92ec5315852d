using System.Globalization;
using ImageShare.Core.Interleavings;
using Microsoft.Coyote;
using Microsoft.Coyote.SystematicTesting;

// Explores orders of events; see docs/testing.md, Orders of events. Both this program and the library must have been rewritten by Coyote: the script explore does it.
if (args is ["prepare", string assembly])
{
    PlainBuilders.Use(assembly);
    return 0;
}

if (args is ["list"])
{
    Console.WriteLine(string.Join(Environment.NewLine, Scenarios.All.Keys));
    return 0;
}

uint iterations = args.Length > 0 ? uint.Parse(args[0], CultureInfo.InvariantCulture) : 200;
int found = 0;
await KeptBeginning.MakeAsync();
foreach ((string name, Func<Task> scenario) in Scenarios.All.Where(s => args.Length < 2 || args.Skip(1).Contains(s.Key)))
{
    Configuration configuration = Configuration.Create()
        .WithTestingIterations(iterations)
        .WithSystematicFuzzingFallbackEnabled()
        .WithPartiallyControlledConcurrencyAllowed()
        .WithPotentialDeadlocksReportedAsBugs(false)
        .WithTelemetryEnabled(false);
    using TestingEngine engine = TestingEngine.Create(configuration, scenario);
    engine.Run();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {engine.TestReport.NumOfFoundBugs} of {engine.TestReport.NumOfExploredFairPaths + engine.TestReport.NumOfExploredUnfairPaths} orders are wrong"));
    foreach (string report in engine.TestReport.BugReports)
    {
        Console.WriteLine(report);
        found++;
    }
}

KeptBeginning.Remove();
return found == 0 ? 0 : 1;
