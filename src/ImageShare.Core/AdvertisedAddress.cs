using ImageShare.Core.Net;

namespace ImageShare.Core;

/// <summary>
/// How peers reach a client whose own address and ports they cannot use: behind a NAT that forwards ports, or under a host name. What is null is
/// advertised as it is bound.
/// </summary>
public sealed record AdvertisedAddress
{
    /// <summary>Another host, and the ports as they are bound, unless they are set too.</summary>
    /// <param name="host">See <see cref="Host"/>.</param>
    /// <exception cref="ArgumentException">It is no host name, or an address that no single host has.</exception>
    public AdvertisedAddress(string? host = null) => Host = host;

    /// <summary>
    /// The IP address (IPv6 without brackets) or host name for Via, Contact, SDP and MSRP paths. Peers must be able to resolve a name; RFC 3261, RFC
    /// 8866 §5.7 and RFC 4975 §9 allow one in each of these places.
    /// </summary>
    /// <exception cref="ArgumentException">It is no host name, or an address that no single host has.</exception>
    public string? Host { get; init => field = AdvertisedHosts.Check(value); }

    /// <summary>The port for SIP over UDP and TCP, 1 to 65535.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public int? SipPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>The port for SIP over TLS, 1 to 65535.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public int? SipTlsPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>
    /// The port for MSRP, 1 to 65535. If only ports for SIP are set, no port for MSRP is forwarded: this side then opens the MSRP connections itself
    /// wherever the peer leaves it the choice (RFC 6135 §4.2).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public int? MsrpPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>The port for MSRP over TLS, 1 to 65535.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of that range.</exception>
    public int? MsrpTlsPort { get; init => field = AdvertisedHosts.CheckPort(value); }

    /// <summary>Whether peers can be expected to reach this side for MSRP.</summary>
    internal bool HasMedia => Host is not null && (MsrpPort is not null || MsrpTlsPort is not null || (SipPort is null && SipTlsPort is null));
}
