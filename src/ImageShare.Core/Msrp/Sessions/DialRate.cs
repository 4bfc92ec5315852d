namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// Limits how often this side opens connections: peers name the addresses, and must not use it to attack others (RFC 4975 §14.5). A
/// bucket of one second's worth; a caller that finds it empty is told how long to wait. For any thread.
/// </summary>
internal sealed class DialRate(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _level = perSecond;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes a place.</summary>
    /// <param name="most">The longest anyone would wait: beyond it no place is taken.</param>
    /// <returns>How long to wait for it; null when that is too long.</returns>
    public TimeSpan? Take(TimeSpan most)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            _level = Math.Min(perSecond, _level + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            var wait = TimeSpan.FromSeconds(Math.Max(0, (1 - _level) / perSecond));
            if (wait > most)
            {
                return null;
            }

            _level--;
            return wait;
        }
    }
}
