using System.Collections.Concurrent;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>The number of running shares, in total and started by one peer.</summary>
internal readonly record struct RunningShares(int All, int OfPeer)
{
    /// <summary>Counts the running shares.</summary>
    /// <param name="sessions">The running shares, with the name of the peer that started each; null for those started here.</param>
    /// <param name="peer">The peer.</param>
    public static RunningShares Of(ConcurrentDictionary<ShareSession, string?> sessions, string peer) =>
        new(sessions.Count, sessions.Count(entry => entry.Value == peer));

    /// <summary>How many more shares the peer may start.</summary>
    public int RoomIn(ImageShareLimits limits) => Math.Min(limits.MaxConcurrentShares - All, limits.MaxConcurrentSharesPerPeer - OfPeer);
}
