namespace ImageShare.Core.Sip.Transport;

/// <summary>A transport protocol of SIP.</summary>
public enum SipProtocol
{
    /// <summary>UDP: unreliable, one message per datagram.</summary>
    Udp,

    /// <summary>TCP: reliable, messages framed by Content-Length.</summary>
    Tcp,

    /// <summary>TLS over TCP.</summary>
    Tls,
}
