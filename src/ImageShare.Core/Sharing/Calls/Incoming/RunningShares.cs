using System.Collections.Concurrent;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>All running shares of a client, with the peer that started each. Thread-safe.</summary>
/// <remarks>
/// A share whose SIP session is over still holds its store and its media for a moment. It takes no room then: the peer, which saw its BYE or CANCEL answered,
/// may invite again at once. At most as many such shares as running ones are let be, so that a peer which invites and leaves cannot pile them up.
/// </remarks>
internal sealed class RunningShares(ImageShareLimits limits)
{
    private readonly ConcurrentDictionary<ShareSession, Entry> _sessions = new();

    public int Count => _sessions.Count;

    public ICollection<ShareSession> All => _sessions.Keys;

    /// <summary>Adds a share that was started here.</summary>
    public void Add(ShareSession session) => _sessions[session] = default;

    /// <summary>Adds a share that a peer has started.</summary>
    public void Add(ShareSession session, string peer, IncomingCall call) => _sessions[session] = new Entry(peer, call);

    public void Remove(ShareSession session) => _sessions.TryRemove(session, out _);

    /// <summary>How many more shares a peer may start; 0 or less if none.</summary>
    public int RoomFor(string peer)
    {
        int all = 0, allRunning = 0, ofPeer = 0, ofPeerRunning = 0;
        foreach ((_, Entry entry) in _sessions)
        {
            bool isOfPeer = entry.Peer == peer;
            bool isRunning = entry.Call?.IsOver != true;
            all++;
            allRunning += isRunning ? 1 : 0;
            ofPeer += isOfPeer ? 1 : 0;
            ofPeerRunning += isOfPeer && isRunning ? 1 : 0;
        }

        return Math.Min(Room(limits.MaxConcurrentShares, all, allRunning), Room(limits.MaxConcurrentSharesPerPeer, ofPeer, ofPeerRunning));
    }

    // In 64 bits: the limits go up to int.MaxValue.
    private static int Room(int most, int all, int running) => (int)Math.Min(most - running, (2L * most) - all);

    // Neither is set for a share that was started here.
    private readonly record struct Entry(string? Peer, IncomingCall? Call);
}
