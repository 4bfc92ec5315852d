namespace ImageShare.Core.Sip.Transactions;

/// <summary>The non-INVITE client transaction (RFC 3261 §17.1.2 with errata 2769). Pure, as all four machines.</summary>
internal static class NonInviteClientMachine
{
    /// <summary>The request is sent for the first time.</summary>
    public static TransactionState Start(SipTimers timers, bool reliable, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.SendRequest);
        if (!reliable)
        {
            effects.Add(TransactionEffect.Start(TransactionTimer.E, timers.T1));
        }

        effects.Add(TransactionEffect.Start(TransactionTimer.F, timers.Timeout));
        return new TransactionState(TransactionPhase.Trying, timers, reliable, timers.T1);
    }

    /// <summary>One step.</summary>
    public static TransactionState Step(TransactionState state, TransactionInput input, ICollection<TransactionEffect> effects) =>
        (state.Phase, input.Kind) switch
        {
            (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.ResponseReceived) =>
                OnResponse(state, input.Status, effects),
            (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.TimerFired) => OnTimer(state, input.Timer, effects),
            (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.TransportFailed) =>
                state.Terminate(TransactionEnd.TransportFailed, effects),

            // Completed sends nothing any more: it only absorbs copies of the final response until timer K.
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

        if (!state.Reliable)
        {
            effects.Add(TransactionEffect.Stop(TransactionTimer.E));
        }

        effects.Add(TransactionEffect.Stop(TransactionTimer.F));
        effects.Add(TransactionEffect.Deliver);
        if (state.Reliable)
        {
            return state.Terminate(TransactionEnd.Completed, effects);
        }

        effects.Add(TransactionEffect.Start(TransactionTimer.K, state.Timers.T4));
        return state with { Phase = TransactionPhase.Completed };
    }

    private static TransactionState OnTimer(TransactionState state, TransactionTimer timer, ICollection<TransactionEffect> effects)
    {
        switch (timer)
        {
            case TransactionTimer.E:
                TimeSpan next = state.Phase == TransactionPhase.Proceeding ? state.Timers.T2 : state.Timers.Next(state.Interval);
                effects.Add(TransactionEffect.SendRequest);
                effects.Add(TransactionEffect.Start(TransactionTimer.E, next));
                return state with { Interval = next };
            case TransactionTimer.F:
                return state.Terminate(TransactionEnd.TimedOut, effects);
            default:
                return state;
        }
    }
}
