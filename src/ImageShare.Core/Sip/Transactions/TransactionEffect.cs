namespace ImageShare.Core.Sip.Transactions;

/// <summary>What the owner of a transaction machine has to do.</summary>
internal enum TransactionEffectKind
{
    /// <summary>Send the request: the first time or again.</summary>
    SendRequest,

    /// <summary>Send the ACK for the final response that was just received.</summary>
    SendAck,

    /// <summary>Send the response that the user gave, and keep it for retransmissions of the request.</summary>
    SendResponse,

    /// <summary>Send the last response again.</summary>
    ResendResponse,

    /// <summary>Send 100 Trying, and keep it for retransmissions of the request.</summary>
    SendTrying,

    /// <summary>Give the message that was the input to the user.</summary>
    Deliver,

    /// <summary>Start or restart a timer.</summary>
    StartTimer,

    /// <summary>Stop a timer.</summary>
    StopTimer,

    /// <summary>Tell the user that a response could not be sent; the transaction continues, to absorb retransmissions (RFC 6026 §7.1).</summary>
    ReportTransportFailure,

    /// <summary>The transaction is over: stop all its timers, tell the user why, and remove it.</summary>
    Terminate,
}

/// <summary>Why a transaction is over.</summary>
internal enum TransactionEnd
{
    /// <summary>It ended normally.</summary>
    Completed,

    /// <summary>Timer B, F or H, or the application never answered.</summary>
    TimedOut,

    /// <summary>The message could not be sent.</summary>
    TransportFailed,
}

/// <summary>One thing to do, an output of a transaction machine. Effects are performed in their order.</summary>
internal readonly record struct TransactionEffect(
    TransactionEffectKind Kind, TransactionTimer Timer = default, TimeSpan Duration = default, TransactionEnd End = default)
{
    public static TransactionEffect SendRequest => new(TransactionEffectKind.SendRequest);

    public static TransactionEffect SendAck => new(TransactionEffectKind.SendAck);

    public static TransactionEffect SendResponse => new(TransactionEffectKind.SendResponse);

    public static TransactionEffect ResendResponse => new(TransactionEffectKind.ResendResponse);

    public static TransactionEffect SendTrying => new(TransactionEffectKind.SendTrying);

    public static TransactionEffect Deliver => new(TransactionEffectKind.Deliver);

    public static TransactionEffect ReportTransportFailure => new(TransactionEffectKind.ReportTransportFailure);

    public static TransactionEffect Start(TransactionTimer timer, TimeSpan duration) => new(TransactionEffectKind.StartTimer, timer, duration);

    public static TransactionEffect Stop(TransactionTimer timer) => new(TransactionEffectKind.StopTimer, timer);

    public static TransactionEffect Terminate(TransactionEnd end) => new(TransactionEffectKind.Terminate, End: end);
}
