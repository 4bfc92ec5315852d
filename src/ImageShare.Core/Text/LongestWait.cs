namespace ImageShare.Core.Text;

/// <summary>
/// Limits a delay to what a timer supports: seven weeks. A delay in seconds from a peer may be up to 136 years (32 bits), or more in a header
/// without a limit.
/// </summary>
internal static class LongestWait
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1L);

    public static TimeSpan Cut(TimeSpan wanted) => wanted < Longest ? wanted : Longest;
}
