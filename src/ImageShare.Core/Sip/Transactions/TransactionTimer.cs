namespace ImageShare.Core.Sip.Transactions;

/// <summary>The timers of RFC 3261 Table 4 and RFC 6026, by their letters, and two without a letter.</summary>
internal enum TransactionTimer
{
    /// <summary>INVITE request retransmission.</summary>
    A,

    /// <summary>INVITE client gives up.</summary>
    B,

    /// <summary>INVITE client absorbs retransmissions of a final response.</summary>
    D,

    /// <summary>Non-INVITE request retransmission.</summary>
    E,

    /// <summary>Non-INVITE client gives up.</summary>
    F,

    /// <summary>INVITE response retransmission.</summary>
    G,

    /// <summary>INVITE server waits for ACK.</summary>
    H,

    /// <summary>INVITE server absorbs retransmissions of the ACK.</summary>
    I,

    /// <summary>Non-INVITE server absorbs retransmissions of the request.</summary>
    J,

    /// <summary>Non-INVITE client absorbs retransmissions of the response.</summary>
    K,

    /// <summary>INVITE server absorbs retransmissions of the request after a 2xx.</summary>
    L,

    /// <summary>INVITE client accepts further 2xx responses.</summary>
    M,

    /// <summary>A server sends 100 Trying because its application is slow.</summary>
    Trying,

    /// <summary>A non-INVITE server ends because its application did not answer; 408 is forbidden (RFC 4320 §4.2).</summary>
    Abandon,
}
