using System.Globalization;

namespace ImageShare.Core.Benchmarks.Peers;

/// <summary>How much a benchmark measures: <c>--rounds N --times N</c>.</summary>
internal sealed class RoundOptions(int rounds, int times)
{
    /// <summary>What a benchmark with wrong arguments returns.</summary>
    public const int WrongUsage = 2;

    public int Rounds { get; private set; } = rounds;

    public int Times { get; private set; } = times;

    /// <summary>Reads the arguments; false, with the usage printed, for wrong ones.</summary>
    public bool TryRead(string name, string[] args)
    {
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out int value) || value <= 0 || args[i] is not ("--rounds" or "--times"))
            {
                Console.Error.WriteLine($"{name} [--rounds N] [--times N]");
                return false;
            }

            (Rounds, Times) = args[i] == "--rounds" ? (value, Times) : (Rounds, value);
        }

        return true;
    }
}
