using System.Net;
using ImageShare.Core;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Where requests to a peer go first: to the outbound proxy if there is one, otherwise to the peer.</summary>
/// <param name="Uri">The proxy or the peer.</param>
/// <param name="IsProxy">Whether it is a proxy.</param>
internal sealed record Hop(SipUri Uri, bool IsProxy)
{
    public string Host => Uri.Host.Trim('[', ']');

    public IPAddress? Address => IPAddress.TryParse(Host, out IPAddress? address) ? address : null;

    /// <summary>Whether requests go over TLS.</summary>
    public required bool IsTls { get; init; }

    public int DefaultPort => IsTls ? 5061 : 5060;

    public static Hop Of(ImageShareOptions options, SipUri peer)
    {
        SipUri first = options.Route is [var proxy, ..] ? proxy : peer;
        bool isTls = first.IsSecure || peer.IsSecure || options.Transport == SipTransportChoice.Tls || string.Equals(first.TransportParameter, "tls", StringComparison.OrdinalIgnoreCase);
        return new Hop(first, first != peer) { IsTls = isTls };
    }
}
