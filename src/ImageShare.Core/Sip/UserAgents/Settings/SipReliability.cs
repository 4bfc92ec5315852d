namespace ImageShare.Core.Sip.UserAgents.Settings;

/// <summary>How reliable provisional responses are used (100rel, RFC 3262).</summary>
public enum SipReliability
{
    /// <summary>Not at all: not offered, and a caller that requires them gets 420.</summary>
    None,

    /// <summary>Offered as caller, where each is acknowledged with PRACK; as callee, ringing is reliable where the caller requires it.</summary>
    WhenRequired,

    /// <summary>As callee, ringing is reliable wherever the caller supports it, too.</summary>
    WhenSupported,
}
