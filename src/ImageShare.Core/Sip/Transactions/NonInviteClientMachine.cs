namespace ImageShare.Core.Sip.Transactions;

/// <summary>The non-INVITE client transaction (RFC 3261 §17.1.2 with errata 2769). Pure, as all four machines.</summary>
internal static class NonInviteClientMachine
{
    /// <summary>The request is sent for the first time.</summary>
    public static TransactionState Start(SipTimers timers, bool reliable, ICollection<TransactionEffect> effects) =>
        RequestRetransmission.OfNonInvite.Start(TransactionPhase.Trying, timers, reliable, effects);

    /// <summary>One step.</summary>
    public static TransactionState Step(TransactionState state, TransactionInput input, ICollection<TransactionEffect> effects) =>
        (state.Phase, input.Kind) switch
        {
            (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.ResponseReceived) =>
                OnResponse(state, input.Status, effects),
            (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.TimerFired) =>
                RequestRetransmission.OfNonInvite.Fire(state, input.Timer, NextInterval(state), effects),
            (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.TransportFailed) =>
                state.Terminate(TransactionEnd.TransportFailed, effects),

            // Completed sends nothing: it only absorbs retransmissions of the final response until timer K.
            (TransactionPhase.Completed, TransactionInputKind.TimerFired) when input.Timer == TransactionTimer.K =>
                state.Terminate(TransactionEnd.Completed, effects),
            _ => state,
        };

    private static TransactionState OnResponse(TransactionState state, int status, ICollection<TransactionEffect> effects)
    {
        if (status < 200)
        {
            effects.Add(TransactionEffect.Deliver);
            return state with { Phase = TransactionPhase.Proceeding };
        }

        RequestRetransmission.OfNonInvite.Stop(state, effects);
        effects.Add(TransactionEffect.Deliver);
        if (state.Reliable)
        {
            return state.Terminate(TransactionEnd.Completed, effects);
        }

        effects.Add(TransactionEffect.Start(TransactionTimer.K, state.Timers.T4));
        return state with { Phase = TransactionPhase.Completed };
    }

    // RFC 3261 §17.1.2.2: timer E doubles up to T2; in Proceeding it is T2.
    private static TimeSpan NextInterval(TransactionState state) =>
        state.Phase == TransactionPhase.Proceeding ? state.Timers.T2 : state.Timers.Next(state.Interval);
}
