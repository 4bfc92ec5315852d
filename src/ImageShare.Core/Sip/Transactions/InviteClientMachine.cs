namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The INVITE client transaction (RFC 3261 §17.1.1 as changed by RFC 6026 §7.2). Pure: no clock, no socket; the same state and
/// input always give the same state and effects.
/// </summary>
internal static class InviteClientMachine
{
    /// <summary>The request is sent for the first time.</summary>
    public static TransactionState Start(SipTimers timers, bool reliable, ICollection<TransactionEffect> effects) =>
        RequestRetransmission.OfInvite.Start(TransactionPhase.Calling, timers, reliable, effects);

    /// <summary>One step.</summary>
    public static TransactionState Step(TransactionState state, TransactionInput input, ICollection<TransactionEffect> effects) =>
        (state.Phase, input.Kind) switch
        {
            (TransactionPhase.Calling or TransactionPhase.Proceeding, TransactionInputKind.ResponseReceived) =>
                OnFirstResponses(state, input.Status, effects),

            // RFC 3261 §17.1.1.2: timer A doubles without an upper limit.
            (TransactionPhase.Calling, TransactionInputKind.TimerFired) =>
                RequestRetransmission.OfInvite.Fire(state, input.Timer, state.Interval * 2, effects),
            (TransactionPhase.Completed, TransactionInputKind.ResponseReceived) when input.Status >= 300 =>
                With(TransactionEffect.SendAck, state, effects),
            (TransactionPhase.Completed, TransactionInputKind.TimerFired) when input.Timer == TransactionTimer.D =>
                state.Terminate(TransactionEnd.Completed, effects),
            (TransactionPhase.Accepted, TransactionInputKind.ResponseReceived) when input.Status is >= 200 and < 300 =>
                With(TransactionEffect.Deliver, state, effects),
            (TransactionPhase.Accepted, TransactionInputKind.TimerFired) when input.Timer == TransactionTimer.M =>
                state.Terminate(TransactionEnd.Completed, effects),

            // In Accepted the transaction sends nothing, so nothing it sends can fail.
            (TransactionPhase.Calling or TransactionPhase.Proceeding or TransactionPhase.Completed, TransactionInputKind.TransportFailed) =>
                state.Terminate(TransactionEnd.TransportFailed, effects),
            _ => state,
        };

    private static TransactionState OnFirstResponses(TransactionState state, int status, ICollection<TransactionEffect> effects)
    {
        if (state.Phase == TransactionPhase.Calling)
        {
            // From here on the user decides how long to wait (RFC 3261 errata 5653).
            RequestRetransmission.OfInvite.Stop(state, effects);
        }

        switch (status)
        {
            case < 200:
                effects.Add(TransactionEffect.Deliver);
                return state with { Phase = TransactionPhase.Proceeding };
            case < 300:
                effects.Add(TransactionEffect.Start(TransactionTimer.M, state.Timers.Timeout));
                effects.Add(TransactionEffect.Deliver);
                return state with { Phase = TransactionPhase.Accepted };
            default:
                effects.Add(TransactionEffect.SendAck);
                effects.Add(TransactionEffect.Deliver);
                if (state.Reliable)
                {
                    return state.Terminate(TransactionEnd.Completed, effects);
                }

                effects.Add(TransactionEffect.Start(TransactionTimer.D, state.Timers.D));
                return state with { Phase = TransactionPhase.Completed };
        }
    }

    private static TransactionState With(TransactionEffect effect, TransactionState state, ICollection<TransactionEffect> effects)
    {
        effects.Add(effect);
        return state;
    }
}
