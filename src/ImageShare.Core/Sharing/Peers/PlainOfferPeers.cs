using System.Collections.Concurrent;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>The peers that refused an offer with an icon and get none for the lifetime of the client (RFC 5547 §8.8).</summary>
internal sealed class PlainOfferPeers
{
    // The set is cleared beyond this size, at the cost of one more refusal per peer.
    private const int Most = 1024;

    private readonly ConcurrentDictionary<string, byte> _peers = new(StringComparer.Ordinal);

    public bool Contains(SipUri peer) => _peers.ContainsKey(PeerKey.Of(peer));

    public void Add(SipUri peer)
    {
        if (_peers.Count >= Most)
        {
            _peers.Clear();
        }

        _peers[PeerKey.Of(peer)] = 0;
    }

    /// <summary>Whether a refusal concerns the multipart body rather than the image: 415, or 400 or 488 with an Accept that lacks multipart.</summary>
    public static bool IsOfMultipart(SipResponse response) => response.StatusCode switch
    {
        415 => true,
        400 or 488 => response.Headers.Contains(SipHeaderNames.Accept) && !response.Headers.Accept.Any(IsMultipart),
        _ => false,
    };

    /// <summary>
    /// Whether a refusal may concern the multipart body: additionally 488 or 606 without Accept. Peers use these both for bodies they cannot
    /// read and for images they do not want; a second invitation shows which.
    /// </summary>
    public static bool MayBeOfMultipart(SipResponse response) =>
        IsOfMultipart(response) || (response.StatusCode is 488 or 606 && !response.Headers.Contains(SipHeaderNames.Accept));

    private static bool IsMultipart(MediaType type) => type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) || type.Is("*", "*");
}
