namespace ImageShare.Core;

/// <summary>The transport for SIP requests.</summary>
public enum SipTransportChoice
{
    /// <summary>UDP, or TCP if the request is larger than 1300 bytes (RFC 3261 §18.1.1).</summary>
    BySize,

    /// <summary>Always UDP, whatever the size.</summary>
    Udp,

    /// <summary>Always TCP.</summary>
    Tcp,

    /// <summary>Always TLS. With any choice, sips URIs and URIs with <c>transport=tls</c> use TLS.</summary>
    Tls,
}
