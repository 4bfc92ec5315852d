using System.Net;

namespace ImageShare.Core.Sip.Names;

/// <summary>
/// The targets that did not answer or said that they are overloaded, each for a while: others of the same name are tried before them (RFC 3263 §4.3). Bounded.
/// Thread-safe.
/// </summary>
internal sealed class AvoidedTargets(TimeProvider time)
{
    private const int Most = 256;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<SipTarget, (long Since, long Until)> _avoided = [];

    public void Add(IPEndPoint endPoint, SipService service, TimeSpan duration)
    {
        duration = duration < Longest ? duration : Longest;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_avoided.Count >= Most)
            {
                RemoveOld(now);
            }

            _avoided[new(endPoint, service)] = (now, now + (long)(duration.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>The same targets: first those that are not avoided, then the others, the one that failed longest ago first.</summary>
    public IReadOnlyList<SipTarget> Last(IReadOnlyList<SipTarget> targets)
    {
        lock (_gate)
        {
            if (_avoided.Count == 0 || targets.Count < 2)
            {
                return targets;
            }

            long now = time.GetTimestamp();
            return [.. targets.OrderBy(target => _avoided.TryGetValue(target, out (long Since, long Until) known) && known.Until > now ? known.Since : long.MinValue)];
        }
    }

    private void RemoveOld(long now)
    {
        foreach (SipTarget over in _avoided.Where(known => known.Value.Until <= now).Select(static known => known.Key).ToArray())
        {
            _avoided.Remove(over);
        }

        if (_avoided.Count >= Most)
        {
            _avoided.Remove(_avoided.MinBy(static known => known.Value.Since).Key);
        }
    }
}
