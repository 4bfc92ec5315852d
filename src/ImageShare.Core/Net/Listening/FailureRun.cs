namespace ImageShare.Core.Net.Listening;

/// <summary>
/// The failures in a row of a loop that receives or accepts and tries again after a failure: it says when to give up. For one loop; not thread-safe.
/// </summary>
internal sealed class FailureRun
{
    /// <summary>How many failures in a row mean that it will not work again. With the pauses of the loops between them, that is about ten seconds.</summary>
    public const int Most = 100;

    // Failures that are further apart, such as ICMP errors of datagrams sent now and then, are no row.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    /// <summary>The failures in a row so far.</summary>
    public int Count { get; private set; }

    /// <summary>It worked.</summary>
    public void Clear() => Count = 0;

    /// <summary>It failed.</summary>
    /// <param name="failure">How.</param>
    /// <param name="at">When, by a clock that is never set back.</param>
    /// <returns>Whether it is beyond repair: the socket is closed, or it fails again and again.</returns>
    public bool Add(Exception failure, TimeSpan at)
    {
        Count = Count > 0 && at - _last < Apart ? Count + 1 : 1;
        _last = at;
        return failure is ObjectDisposedException || Count >= Most;
    }
}
