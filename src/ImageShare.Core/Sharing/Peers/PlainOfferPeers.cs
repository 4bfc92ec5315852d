using System.Collections.Concurrent;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>The peers that refused an offer with an icon beside it and get none for the client's life (RFC 5547 §8.8).</summary>
internal sealed class PlainOfferPeers
{
    // A client that has met more than these starts anew: the price is one more refusal each.
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

    /// <summary>Whether a refusal may be of the multipart body and not of the image: 415; or 400 or 488 with an Accept without multipart.</summary>
    public static bool IsOfMultipart(SipResponse response) => response.StatusCode switch
    {
        415 => true,
        400 or 488 => response.Headers.Contains(SipHeaderNames.Accept) && !response.Headers.Accept.Any(IsMultipart),
        _ => false,
    };

    /// <summary>
    /// Whether a refusal that does not say so may yet be of the multipart body: a 488 or 606 without Accept. Peers give that to a body they cannot read, as to an
    /// image they do not want; one more invitation shows which.
    /// </summary>
    public static bool MayBeOfMultipart(SipResponse response) =>
        IsOfMultipart(response) || (response.StatusCode is 488 or 606 && !response.Headers.Contains(SipHeaderNames.Accept));

    private static bool IsMultipart(MediaType type) => type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) || type.Is("*", "*");
}
