namespace ImageShare.Core.Sip.Transactions;

/// <summary>What can happen to a transaction.</summary>
internal enum TransactionInputKind
{
    ResponseReceived,
    RequestReceived,
    AckReceived,
    ResponseFromUser,
    TimerFired,
    TransportFailed,
}

/// <summary>An input of a transaction machine.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Status">The status code of a response, else 0.</param>
/// <param name="Timer">Which timer fired, when one did.</param>
internal readonly record struct TransactionInput(TransactionInputKind Kind, int Status = 0, TransactionTimer Timer = default)
{
    /// <summary>A retransmission of the request arrived.</summary>
    public static TransactionInput Request => new(TransactionInputKind.RequestReceived);

    /// <summary>An ACK that belongs to this transaction arrived.</summary>
    public static TransactionInput Ack => new(TransactionInputKind.AckReceived);

    /// <summary>Sending failed for good (RFC 3261 §18.4).</summary>
    public static TransactionInput TransportFailed => new(TransactionInputKind.TransportFailed);

    /// <summary>A response arrived.</summary>
    public static TransactionInput Received(int status) => new(TransactionInputKind.ResponseReceived, status);

    /// <summary>The user of the transaction sends a response.</summary>
    public static TransactionInput Respond(int status) => new(TransactionInputKind.ResponseFromUser, status);

    /// <summary>A timer fired.</summary>
    public static TransactionInput Fired(TransactionTimer timer) => new(TransactionInputKind.TimerFired, Timer: timer);
}
