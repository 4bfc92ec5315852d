namespace ImageShare.Core.Msrp;

/// <summary>Why a session is over.</summary>
public enum MsrpSessionEndReason
{
    /// <summary>This side closed it.</summary>
    Closed,

    /// <summary>The peer closed the connection between messages.</summary>
    PeerClosed,

    /// <summary>The connection broke, or the peer closed it in the middle of a message.</summary>
    ConnectionLost,

    /// <summary>
    /// Nothing was received or sent for longer than <see cref="Sessions.MsrpEndpointOptions.IdleTimeout"/>, or an incoming message gained too little in a
    /// <see cref="Sessions.MsrpEndpointOptions.ProgressInterval"/>.
    /// </summary>
    Idle,

    /// <summary>It was not bound within <see cref="Sessions.MsrpEndpointOptions.BindTimeout"/>.</summary>
    BindTimeout,

    /// <summary>The peer sent something that is not MSRP.</summary>
    ProtocolError,

    /// <summary>The peer does not know the session (481), has it on another connection (506), or reports bytes as missing.</summary>
    Refused,

    /// <summary>The other end has not shown the certificate that the peer's session description names (RFC 8122 §6.2).</summary>
    NotTrusted,
}

/// <summary>How a session ended.</summary>
public sealed record MsrpSessionEnd
{
    internal MsrpSessionEnd(MsrpSessionEndReason reason, int? status = null)
    {
        Reason = reason;
        Status = status;
    }

    /// <summary>Why.</summary>
    public MsrpSessionEndReason Reason { get; init; }

    /// <summary>The MSRP status that caused it, if there was one.</summary>
    public int? Status { get; init; }
}
