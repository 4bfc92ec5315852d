namespace ImageShare.Core;

/// <summary>Which transport SIP requests take.</summary>
public enum SipTransportChoice
{
    /// <summary>UDP, or TCP when the request is larger than 1300 octets (RFC 3261 §18.1.1).</summary>
    BySize,

    /// <summary>UDP whatever the size.</summary>
    Udp,

    /// <summary>TCP always.</summary>
    Tcp,

    /// <summary>TLS always. Whatever is chosen, a sips URI and <c>transport=tls</c> get TLS.</summary>
    Tls,
}
