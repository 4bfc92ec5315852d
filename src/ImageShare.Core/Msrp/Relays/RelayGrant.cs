using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Relays;

/// <summary>What relays grant.</summary>
/// <param name="UsePath">The URIs from the nearest relay to the outermost.</param>
/// <param name="Expires">For how long; null when they do not say.</param>
internal sealed record RelayGrant(MsrpPath UsePath, TimeSpan? Expires)
{
    /// <summary>
    /// When to renew: a minute before it expires, or a quarter of its lifetime if that is less, but at least after one second.
    /// </summary>
    public TimeSpan? RefreshAfter => Expires is { } time
        ? LongestWait.Cut(TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, time.Ticks - Math.Min(TimeSpan.TicksPerMinute, time.Ticks / 4))))
        : null;
}
