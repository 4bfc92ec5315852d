namespace ImageShare.Core.Sip.UserAgents.Settings;

/// <summary>What is done with reliable provisional responses (100rel, RFC 3262).</summary>
public enum SipReliability
{
    /// <summary>Nothing: not offered, and a caller that requires them gets 420.</summary>
    None,

    /// <summary>Offered as caller, where each is acknowledged with PRACK; as callee, ringing is reliable where the caller requires it.</summary>
    WhenRequired,

    /// <summary>As callee, ringing is reliable wherever the caller supports it, too.</summary>
    WhenSupported,
}
