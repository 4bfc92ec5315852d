using System.Collections.Concurrent;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>All running shares of a client, with the peer that started each. Thread-safe.</summary>
internal sealed class RunningShares(ImageShareLimits limits)
{
    // Null for those started here.
    private readonly ConcurrentDictionary<ShareSession, string?> _sessions = new();

    public ICollection<ShareSession> All => _sessions.Keys;

    public void Add(ShareSession session, string? peer) => _sessions[session] = peer;

    public void Remove(ShareSession session) => _sessions.TryRemove(session, out _);

    /// <summary>How many more shares a peer may start; 0 or less if none.</summary>
    public int RoomFor(string peer) => Math.Min(
        limits.MaxConcurrentShares - _sessions.Count, limits.MaxConcurrentSharesPerPeer - _sessions.Count(entry => entry.Value == peer));
}
