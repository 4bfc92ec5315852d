namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The INVITE client transaction (RFC 3261 §17.1.1 as changed by RFC 6026 §7.2). Pure: no clock, no socket; the same state and
/// input always give the same state and effects.
/// </summary>
internal static class InviteClientMachine
{
    /// <summary>The request is sent for the first time.</summary>
    public static TransactionState Start(SipTimers timers, bool reliable, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.SendRequest);
        if (!reliable)
        {
            effects.Add(TransactionEffect.Start(TransactionTimer.A, timers.T1));
        }

        effects.Add(TransactionEffect.Start(TransactionTimer.B, timers.Timeout));
        return new TransactionState(TransactionPhase.Calling, timers, reliable, timers.T1);
    }

    /// <summary>One step.</summary>
    public static TransactionState Step(TransactionState state, TransactionInput input, ICollection<TransactionEffect> effects) =>
        (state.Phase, input.Kind) switch
        {
            (TransactionPhase.Calling or TransactionPhase.Proceeding, TransactionInputKind.ResponseReceived) =>
                OnFirstResponses(state, input.Status, effects),
            (TransactionPhase.Calling, TransactionInputKind.TimerFired) => OnCallingTimer(state, input.Timer, effects),
            (TransactionPhase.Completed, TransactionInputKind.ResponseReceived) when input.Status >= 300 => AcknowledgeAgain(state, effects),
            (TransactionPhase.Completed, TransactionInputKind.TimerFired) when input.Timer == TransactionTimer.D =>
                state.Terminate(TransactionEnd.Completed, effects),
            (TransactionPhase.Accepted, TransactionInputKind.ResponseReceived) when input.Status is >= 200 and < 300 => Deliver(state, effects),
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
            if (!state.Reliable)
            {
                effects.Add(TransactionEffect.Stop(TransactionTimer.A));
            }

            // From here on the user decides how long to wait (RFC 3261 errata 5653).
            effects.Add(TransactionEffect.Stop(TransactionTimer.B));
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

    private static TransactionState OnCallingTimer(TransactionState state, TransactionTimer timer, ICollection<TransactionEffect> effects)
    {
        switch (timer)
        {
            case TransactionTimer.A:
                state = state with { Interval = state.Interval * 2 };
                effects.Add(TransactionEffect.SendRequest);
                effects.Add(TransactionEffect.Start(TransactionTimer.A, state.Interval));
                return state;
            case TransactionTimer.B:
                return state.Terminate(TransactionEnd.TimedOut, effects);
            default:
                return state;
        }
    }

    private static TransactionState AcknowledgeAgain(TransactionState state, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.SendAck);
        return state;
    }

    private static TransactionState Deliver(TransactionState state, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.Deliver);
        return state;
    }
}
