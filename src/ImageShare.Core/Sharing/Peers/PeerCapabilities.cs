using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>
/// The known capabilities of peers, from this client's capability queries and from the Image Share tag in the Contact of incoming requests.
/// Use it to show which peers can receive images; <see cref="ImageShareClient.ShareAsync"/> always queries again. Limited in number and age
/// (<see cref="ImageShareLimits.MaxKnownPeers"/>, <see cref="ImageShareLimits.CapabilityLifetime"/>) and never stored on disk. All members
/// are thread-safe.
/// </summary>
/// <remarks>
/// An unsolicited request is only as trustworthy as its From header. It can add support for Image Share, but never overrides what a query
/// found.
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
    /// Raised when the known capabilities of a peer change: with its first answer, and when it differs from the last one in support, accepted
    /// types or size. Raised outside any lock on the thread that received the message; handlers must not block. An exception thrown by a
    /// handler is logged.
    /// </summary>
    public event EventHandler<PeerCapabilitiesChangedEventArgs>? Changed;

    /// <summary>The number of known peers, possibly including expired ones.</summary>
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

    /// <summary>Gets the capabilities of a peer; false if they are unknown or expired.</summary>
    /// <param name="peer">The address that was queried, or the identity of a peer that sent a request.</param>
    /// <param name="capabilities">The capabilities, as last received.</param>
    public bool TryGet(SipUri peer, [NotNullWhen(true)] out ImageShareCapabilities? capabilities)
    {
        ArgumentNullException.ThrowIfNull(peer);
        lock (_gate)
        {
            capabilities = Find(PeerKey.Of(peer))?.Capabilities;
            return capabilities is not null;
        }
    }

    /// <summary>Removes all peers. Raises no event.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
            _byAge.Clear();
        }
    }

    /// <summary>Records the answer to a query, which replaces what was known.</summary>
    internal void Learn(SipUri peer, ImageShareCapabilities capabilities) => Learn(peer, capabilities, isAsked: true);

    /// <summary>Records a request from a peer. Only the tag in its Contact counts, as a sign of support.</summary>
    internal void LearnFrom(SipRequest request, IReadOnlyList<NameAddress> asserted)
    {
        SipHeaders headers = request.Headers;
        if (headers.Contacts.Any(static c => FeatureTags.FromContact(c).HasImageShare)
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
            Changed?.Invoke(this, new PeerCapabilitiesChangedEventArgs(peer, capabilities));
        }
        catch (Exception e)
        {
            // Application code failed; the capabilities are recorded anyway.
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
