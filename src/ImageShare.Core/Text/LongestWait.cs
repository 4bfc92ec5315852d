namespace ImageShare.Core.Text;

/// <summary>
/// The longest time a timer takes: seven weeks. What a peer names in seconds may be 136 years (32 bits), and more in a header without a limit:
/// it is cut to this before it reaches a timer.
/// </summary>
internal static class LongestWait
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1L);

    public static TimeSpan Cut(TimeSpan wanted) => wanted < Longest ? wanted : Longest;
}
