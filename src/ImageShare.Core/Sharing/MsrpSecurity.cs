namespace ImageShare.Core.Sharing;

/// <summary>
/// Whether images are sent over TLS (msrps, RFC 4975 §14). Each side presents a certificate and puts its fingerprint into SDP (RFC 8122).
/// That is only as secure as the path of the SDP, so it needs SIP over TLS and trusted proxies to prevent man-in-the-middle attacks (RFC 8122
/// §7).
/// </summary>
public enum MsrpSecurity
{
    /// <summary>No TLS, as in IR.79: plain MSRP is offered, and offers with TLS are refused (488).</summary>
    None,

    /// <summary>
    /// TLS is offered, and offers with or without TLS are accepted. There is no fallback to plain MSRP: a peer that cannot use the offered
    /// TLS refuses the share.
    /// </summary>
    Offered,

    /// <summary>TLS is offered, and offers without it are refused (488).</summary>
    Required,
}
