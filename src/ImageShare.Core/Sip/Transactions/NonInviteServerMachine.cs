namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The non-INVITE server transaction (RFC 3261 §17.2.2 with errata 1470). With RFC 4320: the only provisional response is a
/// late 100, there is no 408, and a request that is not answered in time is dropped without a response. Pure, as all four machines.
/// </summary>
internal static class NonInviteServerMachine
{
    private const int RequestTimeout = 408;

    /// <summary>The request was received for the first time.</summary>
    public static TransactionState Start(SipTimers timers, bool reliable, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.Start(TransactionTimer.Trying, timers.NonInviteTrying));
        effects.Add(TransactionEffect.Start(TransactionTimer.Abandon, timers.Timeout));
        effects.Add(TransactionEffect.Deliver);
        return new TransactionState(TransactionPhase.Trying, timers, reliable);
    }

    /// <summary>One step.</summary>
    public static TransactionState Step(TransactionState state, TransactionInput input, ICollection<TransactionEffect> effects)
    {
        switch (state.Phase, input.Kind)
        {
            case (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionInputKind.ResponseFromUser):
                return OnRespond(state, input.Status, effects);
            case (TransactionPhase.Proceeding or TransactionPhase.Completed, TransactionInputKind.RequestReceived):
                effects.Add(TransactionEffect.ResendResponse);
                return state;
            case (not TransactionPhase.Terminated, TransactionInputKind.TransportFailed):
                return state.Terminate(TransactionEnd.TransportFailed, effects);
            case (not TransactionPhase.Terminated, TransactionInputKind.TimerFired):
                return OnTimer(state, input.Timer, effects);
            default:
                return state;
        }
    }

    private static TransactionState OnRespond(TransactionState state, int status, ICollection<TransactionEffect> effects)
    {
        if (status is < 200 or RequestTimeout)
        {
            return state;
        }

        effects.Add(TransactionEffect.Stop(TransactionTimer.Trying));
        effects.Add(TransactionEffect.Stop(TransactionTimer.Abandon));
        effects.Add(TransactionEffect.SendResponse);
        if (state.Reliable)
        {
            return state.Terminate(TransactionEnd.Completed, effects);
        }

        effects.Add(TransactionEffect.Start(TransactionTimer.J, state.Timers.Timeout));
        return state with { Phase = TransactionPhase.Completed };
    }

    private static TransactionState OnTimer(TransactionState state, TransactionTimer timer, ICollection<TransactionEffect> effects)
    {
        switch (state.Phase, timer)
        {
            case (TransactionPhase.Trying, TransactionTimer.Trying):
                effects.Add(TransactionEffect.SendTrying);
                return state with { Phase = TransactionPhase.Proceeding };
            case (TransactionPhase.Trying or TransactionPhase.Proceeding, TransactionTimer.Abandon):
                return state.Terminate(TransactionEnd.TimedOut, effects);
            case (TransactionPhase.Completed, TransactionTimer.J):
                return state.Terminate(TransactionEnd.Completed, effects);
            default:
                return state;
        }
    }
}
