namespace ImageShare.Core.Msrp;

/// <summary>Why a session is over.</summary>
public enum MsrpSessionEndReason
{
    /// <summary>This side closed it.</summary>
    Closed,

    /// <summary>The peer closed the connection, with nothing left half done.</summary>
    PeerClosed,

    /// <summary>The connection broke, or the peer closed it in the middle of a message.</summary>
    ConnectionLost,

    /// <summary>
    /// Nothing moved for longer than <see cref="Sessions.MsrpEndpointOptions.IdleTimeout"/>, or an incoming message gained too little in a
    /// <see cref="Sessions.MsrpEndpointOptions.ProgressInterval"/>.
    /// </summary>
    Idle,

    /// <summary>Nobody bound it within <see cref="Sessions.MsrpEndpointOptions.BindTimeout"/>.</summary>
    BindTimeout,

    /// <summary>The peer sent what is no MSRP.</summary>
    ProtocolError,

    /// <summary>The peer does not know the session (481), has it on another connection (506), or reports bytes as missing.</summary>
    Refused,

    /// <summary>Who connected, or was connected to, has not shown the certificate the peer's description names (RFC 8122 §6.2).</summary>
    NotTrusted,
}

/// <summary>How a session came to its end.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">The MSRP status behind it, if there was one.</param>
public sealed record MsrpSessionEnd(MsrpSessionEndReason Reason, int? Status = null);
