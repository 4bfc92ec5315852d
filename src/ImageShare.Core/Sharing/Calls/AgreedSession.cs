using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// What both sides agreed on in a session: the last description of this side, the files in it, and which of them have ended. Changed by the
/// offers of both sides (<see cref="SessionOffers"/>, <see cref="SessionAnswers"/>). Thread-safe; hold <see cref="Gate"/> over several calls
/// that must see the same session.
/// </summary>
/// <param name="local">The description of this side.</param>
/// <param name="files">The files being transferred.</param>
internal sealed class AgreedSession(SessionDescription local, IReadOnlyList<SessionFile> files)
{
    private readonly HashSet<int> _over = [];
    private readonly Dictionary<int, ShareEndReason> _untold = [];
    private readonly Dictionary<int, Action<MsrpPath>> _peerPaths = [];
    private RunningDescription _running = new(local);

    public Lock Gate { get; } = new();

    public IReadOnlyList<SessionFile> Files => files;

    /// <summary>The last description of this side.</summary>
    public RunningDescription Running
    {
        get
        {
            lock (Gate)
            {
                return _running;
            }
        }

        set
        {
            lock (Gate)
            {
                _running = value;
            }
        }
    }

    /// <summary>The sections that this side has ended and the peer does not know of.</summary>
    public int[] Untold
    {
        get
        {
            lock (Gate)
            {
                return [.. _untold.Keys];
            }
        }
    }

    /// <summary>Why these sections ended. A message carries one reason: of several, a failure takes precedence.</summary>
    public ShareEndReason UntoldReason
    {
        get
        {
            lock (Gate)
            {
                return _untold.Values.DefaultIfEmpty().Max();
            }
        }
    }

    public bool IsOver(int section)
    {
        lock (Gate)
        {
            return _over.Contains(section);
        }
    }

    /// <summary>Ends a file on this side, for the first time.</summary>
    /// <returns>Whether the peer has to be told: false if it has already removed the section.</returns>
    public bool EndHere(int section, ShareEndReason reason)
    {
        lock (Gate)
        {
            _over.Add(section);
            return _running.Local.Media[section].Port != 0 && _untold.TryAdd(section, reason);
        }
    }

    /// <summary>Ends a file because the peer did, or refused it. There is nothing left to tell the peer.</summary>
    /// <returns>False if it had already ended.</returns>
    public bool EndByPeer(int section)
    {
        lock (Gate)
        {
            _untold.Remove(section);
            return _over.Add(section);
        }
    }

    /// <summary>The peer was told, or cannot be told any more.</summary>
    public void SetTold(int[] sections)
    {
        lock (Gate)
        {
            Array.ForEach(sections, section => _untold.Remove(section));
        }
    }

    /// <summary>
    /// Registers a callback for the MSRP path in each description of the peer, whose relays may have granted a new one (RFC 4976 §9.4).
    /// </summary>
    public void FollowPeerPath(int section, Action<MsrpPath> told)
    {
        lock (Gate)
        {
            _peerPaths[section] = told;
        }
    }

    /// <summary>Passes on the path in a description of the peer.</summary>
    public void OnPeerPath(int section, MediaDescription media)
    {
        Action<MsrpPath>? told;
        lock (Gate)
        {
            told = _peerPaths.GetValueOrDefault(section);
        }

        if (told is not null && media.Path is { } uris && PeerPath.TryParse(uris, out MsrpPath? path))
        {
            told(path);
        }
    }
}
