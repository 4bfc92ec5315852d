namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The INVITE server transaction (RFC 3261 §17.2.1 as changed by RFC 6026 §7.1: neither a 2xx nor a transport failure
/// ends it, so that a retransmission of the INVITE is never a new call). Pure, as all four machines.
/// </summary>
internal static class InviteServerMachine
{
    /// <summary>The INVITE was received for the first time.</summary>
    public static TransactionState Start(SipTimers timers, bool reliable, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.Start(TransactionTimer.Trying, SipTimers.InviteTrying));
        effects.Add(TransactionEffect.Deliver);
        return new TransactionState(TransactionPhase.Proceeding, timers, reliable);
    }

    /// <summary>One step.</summary>
    public static TransactionState Step(TransactionState state, TransactionInput input, ICollection<TransactionEffect> effects) =>
        input.Kind switch
        {
            TransactionInputKind.RequestReceived => OnRequest(state, effects),
            TransactionInputKind.AckReceived => OnAck(state, effects),
            TransactionInputKind.ResponseFromUser => OnRespond(state, input.Status, effects),
            TransactionInputKind.TimerFired => OnTimer(state, input.Timer, effects),
            TransactionInputKind.TransportFailed when state is { Phase: not TransactionPhase.Terminated, FailureReported: false } =>
                Report(state, effects),
            _ => state,
        };

    private static TransactionState OnRequest(TransactionState state, ICollection<TransactionEffect> effects)
    {
        bool repeats = state.Phase == TransactionPhase.Completed || (state.Phase == TransactionPhase.Proceeding && state.HasResponded);
        if (repeats)
        {
            effects.Add(TransactionEffect.ResendResponse);
        }

        return state;
    }

    private static TransactionState OnAck(TransactionState state, ICollection<TransactionEffect> effects)
    {
        switch (state.Phase)
        {
            case TransactionPhase.Completed:
                if (!state.Reliable)
                {
                    effects.Add(TransactionEffect.Stop(TransactionTimer.G));
                }

                effects.Add(TransactionEffect.Stop(TransactionTimer.H));
                if (state.Reliable)
                {
                    return state.Terminate(TransactionEnd.Completed, effects);
                }

                effects.Add(TransactionEffect.Start(TransactionTimer.I, state.Timers.T4));
                return state with { Phase = TransactionPhase.Confirmed };
            case TransactionPhase.Accepted:
                // Only the ACK of an RFC 2543 peer for a 2xx comes here: it has the branch of the INVITE (RFC 6026 §6).
                effects.Add(TransactionEffect.Deliver);
                return state;
            default:
                return state;
        }
    }

    private static TransactionState OnRespond(TransactionState state, int status, ICollection<TransactionEffect> effects)
    {
        if (state.Phase == TransactionPhase.Accepted && status is >= 200 and < 300)
        {
            // The user retransmits its 2xx until the ACK comes.
            effects.Add(TransactionEffect.SendResponse);
            return state;
        }

        if (state.Phase != TransactionPhase.Proceeding)
        {
            return state;
        }

        effects.Add(TransactionEffect.Stop(TransactionTimer.Trying));
        effects.Add(TransactionEffect.SendResponse);
        switch (status)
        {
            case < 200:
                return state with { HasResponded = true };
            case < 300:
                effects.Add(TransactionEffect.Start(TransactionTimer.L, state.Timers.Timeout));
                return state with { Phase = TransactionPhase.Accepted };
            default:
                if (!state.Reliable)
                {
                    effects.Add(TransactionEffect.Start(TransactionTimer.G, state.Timers.T1));
                }

                effects.Add(TransactionEffect.Start(TransactionTimer.H, state.Timers.Timeout));
                return state with { Phase = TransactionPhase.Completed, Interval = state.Timers.T1 };
        }
    }

    private static TransactionState OnTimer(TransactionState state, TransactionTimer timer, ICollection<TransactionEffect> effects)
    {
        switch (state.Phase, timer)
        {
            case (TransactionPhase.Proceeding, TransactionTimer.Trying):
                effects.Add(TransactionEffect.SendTrying);
                return state with { HasResponded = true };
            case (TransactionPhase.Completed, TransactionTimer.G):
                TimeSpan next = state.Timers.Next(state.Interval);
                effects.Add(TransactionEffect.ResendResponse);
                effects.Add(TransactionEffect.Start(TransactionTimer.G, next));
                return state with { Interval = next };
            case (TransactionPhase.Completed, TransactionTimer.H):
                return state.Terminate(TransactionEnd.TimedOut, effects);
            case (TransactionPhase.Accepted, TransactionTimer.L):
            case (TransactionPhase.Confirmed, TransactionTimer.I):
                return state.Terminate(TransactionEnd.Completed, effects);
            default:
                return state;
        }
    }

    private static TransactionState Report(TransactionState state, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.ReportTransportFailure);
        return state with { FailureReported = true };
    }
}
