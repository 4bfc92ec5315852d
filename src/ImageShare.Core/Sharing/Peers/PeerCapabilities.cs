using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>
/// What this client has learned of its peers: from each capability query it made, and from the Image Share tag in the Contact of queries
/// and invitations that came in. For showing who can take an image before anybody is asked; <see cref="ImageShareClient.ShareAsync"/>
/// itself asks anew. Bounded in number and time (<see cref="ImageShareLimits.MaxKnownPeers"/>,
/// <see cref="ImageShareLimits.CapabilityLifetime"/>); nothing is stored on disk. All members may be called from any thread.
/// </summary>
/// <remarks>
/// What a peer says of itself unasked is as true as its From: it never takes away what a query found, only tells of image share where
/// nothing, or no such ability, was known.
/// </remarks>
public sealed class PeerCapabilities
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = new();
    private readonly int _most;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    internal PeerCapabilities(int most, TimeSpan lifetime, TimeProvider time, ILogger log)
    {
        _most = most;
        _lifetime = lifetime;
        _time = time;
        _log = log;
    }

    /// <summary>
    /// Raised when something new is known of a peer: its first answer, or one that differs from the last in whether it can share images,
    /// or in the types or the size it takes. Raised on the thread that learned it, outside any lock; must not block. What a handler throws is logged.
    /// </summary>
    public event Action<SipUri, ImageShareCapabilities>? Changed;

    /// <summary>How many peers are known now, those whose time is over perhaps included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>What is known of a peer; false when nothing is, or not any more.</summary>
    /// <param name="peer">Its address as it was asked under, or its identity when it was the one who asked.</param>
    /// <param name="capabilities">What it said last.</param>
    public bool TryGet(SipUri peer, [NotNullWhen(true)] out ImageShareCapabilities? capabilities)
    {
        ArgumentNullException.ThrowIfNull(peer);
        lock (_gate)
        {
            capabilities = Find(PeerKey.Of(peer))?.Capabilities;
            return capabilities is not null;
        }
    }

    /// <summary>Forgets all peers. No event is raised.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
            _byAge.Clear();
        }
    }

    /// <summary>An answer to a query of ours: it replaces what was known.</summary>
    internal void Learn(SipUri peer, ImageShareCapabilities capabilities) => Learn(peer, capabilities, isAsked: true);

    /// <summary>A request of a peer. Only the tag in its Contact says something, and only that it can share images.</summary>
    internal void LearnFrom(SipRequest request, IReadOnlyList<NameAddress> asserted)
    {
        SipHeaders headers = request.Headers;
        if (headers.Contacts.Any(static c => FeatureTags.Of(c).HasImageShare)
            && (asserted is [var first, ..] ? first : headers.From) is { } peer)
        {
            Learn(peer.Uri, new ImageShareCapabilities { Evidence = CapabilityEvidence.Iari, Software = headers.GetString("User-Agent") }, isAsked: false);
        }
    }

    private void Learn(SipUri peer, ImageShareCapabilities capabilities, bool isAsked)
    {
        string key = PeerKey.Of(peer);
        bool changed;
        lock (_gate)
        {
            ImageShareCapabilities? before = Find(key)?.Capabilities;
            if (!isAsked && before?.CanShareImages == true)
            {
                return;
            }

            changed = before is null || !SaysTheSame(before, capabilities);
            Remove(key);
            while (_entries.Count >= _most)
            {
                Remove(_byAge.First!.Value.Key);
            }

            _entries[key] = _byAge.AddLast(new Entry(key, capabilities, _time.GetTimestamp()));
        }

        if (changed)
        {
            Raise(peer, capabilities);
        }
    }

    private void Raise(SipUri peer, ImageShareCapabilities capabilities)
    {
        try
        {
            Changed?.Invoke(peer, capabilities);
        }
        catch (Exception e)
        {
            // The application's code; what was learned stays learned.
            _log.HandlerFailed("of a peer's capabilities", e);
        }
    }

    private Entry? Find(string key)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            return null;
        }

        if (_time.GetElapsedTime(node.Value.Learned) < _lifetime)
        {
            return node.Value;
        }

        Remove(key);
        return null;
    }

    private void Remove(string key)
    {
        if (_entries.Remove(key, out LinkedListNode<Entry>? node))
        {
            _byAge.Remove(node);
        }
    }

    private static bool SaysTheSame(ImageShareCapabilities one, ImageShareCapabilities other) =>
        one.Support == other.Support && one.ServesImages == other.ServesImages && one.MaxSize == other.MaxSize && one.AcceptedTypes.SequenceEqual(other.AcceptedTypes)
        && one.AcceptedWrappedTypes.SequenceEqual(other.AcceptedWrappedTypes);

    private sealed record Entry(string Key, ImageShareCapabilities Capabilities, long Learned);
}
