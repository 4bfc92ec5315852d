namespace ImageShare.Core.Sip.Transactions;

/// <summary>The timers of RFC 3261 Table 4 and RFC 6026, by their letters, and the two that have none.</summary>
internal enum TransactionTimer
{
    /// <summary>INVITE request retransmission.</summary>
    A,

    /// <summary>INVITE client gives up.</summary>
    B,

    /// <summary>INVITE client absorbs copies of a final response.</summary>
    D,

    /// <summary>Non-INVITE request retransmission.</summary>
    E,

    /// <summary>Non-INVITE client gives up.</summary>
    F,

    /// <summary>INVITE response retransmission.</summary>
    G,

    /// <summary>INVITE server waits for ACK.</summary>
    H,

    /// <summary>INVITE server absorbs copies of the ACK.</summary>
    I,

    /// <summary>Non-INVITE server absorbs copies of the request.</summary>
    J,

    /// <summary>Non-INVITE client absorbs copies of the response.</summary>
    K,

    /// <summary>INVITE server absorbs copies of the request after a 2xx.</summary>
    L,

    /// <summary>INVITE client takes further 2xx.</summary>
    M,

    /// <summary>A server whose application is slow says 100 Trying.</summary>
    Trying,

    /// <summary>A non-INVITE server whose application never answers is dropped: 408 is forbidden (RFC 4320 §4.2).</summary>
    Abandon,
}
