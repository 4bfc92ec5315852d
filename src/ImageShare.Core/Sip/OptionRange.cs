using System.Runtime.CompilerServices;

namespace ImageShare.Core.Sip;

/// <summary>Checks an option where it is set. The exception names the option, its value, and the range it must be in.</summary>
internal static class OptionRange
{
    // Longer than anything here waits, and short enough for any timer.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>A count or a size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than <paramref name="least"/>.</exception>
    public static int AtLeast(int least, int value, [CallerMemberName] string option = "") => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be {least} or more.");

    /// <summary>A port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 65535.</exception>
    public static int Port(int value, [CallerMemberName] string option = "") => value is >= 0 and <= ushort.MaxValue
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be between 0 and {ushort.MaxValue}.");

    /// <summary>A time: more than zero, so not <see cref="Timeout.InfiniteTimeSpan"/>, and at most seven days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public static TimeSpan Time(TimeSpan value, [CallerMemberName] string option = "") => value > TimeSpan.Zero && value <= Longest
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be more than zero and at most {Longest.Days} days.");

    /// <summary>A time of at least <paramref name="least"/>, and at most seven days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public static TimeSpan TimeAtLeast(TimeSpan least, TimeSpan value, [CallerMemberName] string option = "") => value >= least && value <= Longest
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be between {least.TotalSeconds} seconds and {Longest.Days} days.");
}
