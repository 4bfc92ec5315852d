namespace ImageShare.Core.Sip.Transactions;

/// <summary>The states of the four machines; each uses those in its figure (RFC 3261 §17, RFC 6026 §7).</summary>
internal enum TransactionPhase
{
    /// <summary>INVITE client: no response yet.</summary>
    Calling,

    /// <summary>Non-INVITE client or server: no response yet.</summary>
    Trying,

    /// <summary>A provisional response was sent or received, or an INVITE server waits for its user.</summary>
    Proceeding,

    /// <summary>A final response was sent or received (for INVITE: 300-699).</summary>
    Completed,

    /// <summary>INVITE: a 2xx was sent or received.</summary>
    Accepted,

    /// <summary>INVITE server: the ACK for 300-699 came.</summary>
    Confirmed,

    /// <summary>Over.</summary>
    Terminated,
}

/// <summary>The whole state of a transaction machine.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Timers">The base times.</param>
/// <param name="Reliable">Whether the transport is reliable, so that nothing is retransmitted.</param>
/// <param name="Interval">The current retransmission interval.</param>
/// <param name="HasResponded">INVITE server in Proceeding only: there is a response to repeat.</param>
/// <param name="FailureReported">Server only: the user knows of the transport failure.</param>
internal readonly record struct TransactionState(
    TransactionPhase Phase, SipTimers Timers, bool Reliable, TimeSpan Interval = default, bool HasResponded = false, bool FailureReported = false)
{
    /// <summary>The state after <see cref="TransactionEffectKind.Terminate"/>, which it adds to the effects.</summary>
    public TransactionState Terminate(TransactionEnd end, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.Terminate(end));
        return this with { Phase = TransactionPhase.Terminated };
    }
}
