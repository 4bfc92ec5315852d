namespace ImageShare.Core.Sharing;

/// <summary>
/// Whether images travel over TLS (msrps, RFC 4975 §14). Each side shows a certificate and names its fingerprint in SDP (RFC 8122): that protects
/// as far as the way of the SDP does, so it takes SIP over TLS, and proxies that are trusted, to keep somebody in between out (§7).
/// </summary>
public enum MediaSecurity
{
    /// <summary>No TLS: plain MSRP is offered, and offers with TLS are refused (488), as in IR.79.</summary>
    None,

    /// <summary>
    /// TLS is offered, and offers with TLS or without are taken. What was offered with TLS is never answered or carried on without: a peer that cannot
    /// do it refuses the share.
    /// </summary>
    Offered,

    /// <summary>TLS is offered, and offers without it are refused (488).</summary>
    Required,
}
