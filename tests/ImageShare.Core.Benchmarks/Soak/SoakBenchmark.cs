using System.Globalization;

namespace ImageShare.Core.Benchmarks.Soak;

/// <summary>
/// Many shares between two clients over loopback: does each complete, how long does it take, and what is left behind? Each number at a time runs
/// twice: with clients that are kept, so that shares meet on connections that others open and leave, and with clients that are made anew for each
/// hundred shares. Half of the shares go in either direction.
/// </summary>
internal static class SoakBenchmark
{
    private const int Usage = 2;

    /// <returns>0 when every share completed, 1 otherwise, 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int shares = 100_000, size = 20_000;
        int[] atATime = [1, 3, 8, 30, 100];
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            switch (args[i])
            {
                case "--shares" when int.TryParse(value, CultureInfo.InvariantCulture, out shares) && shares > 0:
                case "--size" when int.TryParse(value, CultureInfo.InvariantCulture, out size) && size > 8:
                    break;
                case "--at-a-time" when value.Split(',').All(static n => int.TryParse(n, CultureInfo.InvariantCulture, out int number) && number > 0):
                    atATime = [.. value.Split(',').Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];
                    break;
                default:
                    Console.Error.WriteLine("soak [--shares N] [--size BYTES] [--at-a-time N,N,...]");
                    return Usage;
            }
        }

        Console.WriteLine($"{shares} shares of {size} bytes, both directions, one process for both ends");
        Console.WriteLine("at a time  clients    shares  failed  shares/s   p50 ms   p99 ms  p99.9 ms  retained KiB  handles");
        int each = Math.Max(1, shares / (atATime.Length * 2)), failed = 0;
        foreach (int number in atATime)
        {
            foreach (bool isFresh in (bool[])[false, true])
            {
                SoakResult result = await new SoakRun(number, each, size, isFresh).RunAsync().ConfigureAwait(false);
                failed += result.Failures.Count;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{number,9}  {(isFresh ? "fresh" : "kept"),-7}  {result.Shares,8}  {result.Failures.Count,6}  {result.Rate,8:0}  {result.Percentile(0.5),7:0.0}  {result.Percentile(0.99),7:0.0}  {result.Percentile(0.999),8:0.0}  {result.RetainedBytes / 1024,12}  {result.HandlesLeft,7}"));
                foreach (string failure in result.Failures.Take(5))
                {
                    Console.WriteLine("    " + failure);
                }
            }
        }

        Console.WriteLine(failed == 0 ? "every share completed" : $"{failed} shares failed");
        return failed == 0 ? 0 : 1;
    }
}
