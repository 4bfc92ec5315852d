using System.Collections.Concurrent;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>How many shares run: all of them, and those that one peer has begun.</summary>
internal readonly record struct RunningShares(int All, int OfPeer)
{
    /// <summary>Counts.</summary>
    /// <param name="sessions">Those that run, with the name of the peer that began each; null for those of this side.</param>
    /// <param name="peer">The peer.</param>
    public static RunningShares Of(ConcurrentDictionary<ShareSession, string?> sessions, string peer) =>
        new(sessions.Count, sessions.Count(entry => entry.Value == peer));

    /// <summary>How many more the peer may begin.</summary>
    public int RoomIn(ImageShareLimits limits) => Math.Min(limits.MaxConcurrentShares - All, limits.MaxConcurrentSharesPerPeer - OfPeer);
}
