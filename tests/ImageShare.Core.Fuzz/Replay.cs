using System.Diagnostics;
using System.Globalization;
using ImageShare.Core.Fuzz.Targets;

namespace ImageShare.Core.Fuzz;

/// <summary>Runs stored inputs: seeds, and what fuzzers found.</summary>
internal static class Replay
{
    // More than any stored input may take; a reader that is not linear takes minutes.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    /// <summary>Runs what is below <c>seeds</c>, where every target has some, and below <c>findings</c>.</summary>
    public static int All(string folder)
    {
        int passed = 0;
        int failed = 0;
        foreach (FuzzTarget target in FuzzTarget.All)
        {
            string[] seeds = FilesIn(Path.Combine(folder, "seeds", target.Name));
            string[] files = [.. seeds, .. FilesIn(Path.Combine(folder, "findings", target.Name))];
            if (seeds.Length == 0)
            {
                Console.Error.WriteLine($"{target.Name} has no seeds.");
                failed++;
            }

            foreach (string file in files)
            {
                if (Fault(target, file) is { } fault)
                {
                    Console.Error.WriteLine($"{file}: {fault}");
                    failed++;
                }
                else
                {
                    passed++;
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"replayed: {passed} passed, {failed} failed"));
        return failed == 0 ? 0 : 1;
    }

    public static int One(string name, string file)
    {
        string? fault = Fault(FuzzTarget.Named(name), file);
        Console.WriteLine(fault ?? "passed");
        return fault is null ? 0 : 1;
    }

    private static string[] FilesIn(string folder) => Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];

    private static string? Fault(FuzzTarget target, string file)
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            target.Run(File.ReadAllBytes(file));
        }
        catch (Exception e)
        {
            // Any exception is what a fuzzer looks for.
            return e.ToString();
        }

        TimeSpan took = Stopwatch.GetElapsedTime(began);
        return took <= Most ? null : string.Create(CultureInfo.InvariantCulture, $"It took {took.TotalSeconds:0.0} s.");
    }
}
