namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// Limits how often this side opens connections: the addresses come from peers, which could use it to attack others (RFC 4975 §14.5). A token
/// bucket for one second; a caller that finds it empty gets the time to wait. For any thread.
/// </summary>
internal sealed class DialRate(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _level = perSecond;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes a token.</summary>
    /// <param name="most">The longest acceptable wait; if it would be longer, no token is taken.</param>
    /// <returns>How long to wait; null if that is too long.</returns>
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
