using System.Globalization;
using System.Runtime.CompilerServices;

namespace ImageShare.Core.Text;

/// <summary>Checks an option where it is set. The exception names the option, its value, and the range it must be in.</summary>
internal static class OptionRange
{
    // Longer than anything here waits, and short enough for any timer.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>A count or a size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than <paramref name="least"/>.</exception>
    public static int AtLeast(int least, int value, [CallerMemberName] string option = "") => value >= least ? value : throw OutOfRange(option, value, OrMore(least));

    /// <summary>A size or a rate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than <paramref name="least"/>.</exception>
    public static long AtLeast(long least, long value, [CallerMemberName] string option = "") => value >= least ? value : throw OutOfRange(option, value, OrMore(least));

    /// <summary>A count that has an upper limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of the range.</exception>
    public static int Between(int least, int most, int value, [CallerMemberName] string option = "") => value >= least && value <= most
        ? value
        : throw OutOfRange(option, value, string.Create(CultureInfo.InvariantCulture, $"between {least} and {most}"));

    /// <summary>A port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 65535.</exception>
    public static int Port(int value, [CallerMemberName] string option = "") => Between(0, ushort.MaxValue, value, option);

    /// <summary>A time: more than zero, so not <see cref="Timeout.InfiniteTimeSpan"/>, and at most seven days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public static TimeSpan Time(TimeSpan value, [CallerMemberName] string option = "") => value > TimeSpan.Zero && value <= Longest
        ? value
        : throw OutOfRange(option, value, string.Create(CultureInfo.InvariantCulture, $"more than zero and at most {Longest.Days} days"));

    /// <summary>A time of at least <paramref name="least"/>, and at most seven days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public static TimeSpan TimeAtLeast(TimeSpan least, TimeSpan value, [CallerMemberName] string option = "") => value >= least && value <= Longest
        ? value
        : throw OutOfRange(option, value, string.Create(CultureInfo.InvariantCulture, $"between {least.TotalSeconds} seconds and {Longest.Days} days"));

    /// <summary>An age, which no timer waits for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static TimeSpan Age(TimeSpan value, [CallerMemberName] string option = "") => value >= TimeSpan.Zero ? value : throw OutOfRange(option, value, "zero or more");

    private static string OrMore(long least) => string.Create(CultureInfo.InvariantCulture, $"{least} or more");

    private static ArgumentOutOfRangeException OutOfRange(string option, object value, string range) => new(option, value, $"{option} must be {range}.");
}
