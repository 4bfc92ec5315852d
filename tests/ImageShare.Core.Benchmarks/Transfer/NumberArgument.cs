using System.Globalization;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>An argument such as <c>--transfers 1000</c>.</summary>
internal static class NumberArgument
{
    public static int Of(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
