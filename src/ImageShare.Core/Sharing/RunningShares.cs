using System.Collections.Concurrent;

namespace ImageShare.Core.Sharing;

/// <summary>How many shares run: all of them, and those that one peer has begun.</summary>
internal readonly record struct RunningShares(int All, int OfPeer)
{
    /// <summary>Counts.</summary>
    /// <param name="sessions">Those that run, with the name of the peer that began each; null for those of this side.</param>
    /// <param name="peer">The peer; see <see cref="PeerName"/>.</param>
    public static RunningShares Of(ConcurrentDictionary<ImageShareSession, string?> sessions, string peer) =>
        new(sessions.Count, sessions.Count(entry => entry.Value == peer));

    /// <summary>How many more the peer may begin.</summary>
    public int RoomIn(ImageShareLimits limits) => Math.Min(limits.MaxConcurrentShares - All, limits.MaxConcurrentSharesPerPeer - OfPeer);
}
