namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The part that both client machines share (RFC 3261 §17.1.1.2, RFC 3261 §17.1.2.2): they send the request, retransmit it over an unreliable transport,
/// and give up after 64·T1. They differ in their timers, and in the intervals after the first.
/// </summary>
/// <param name="Retransmit">Timer A or E.</param>
/// <param name="GiveUp">Timer B or F.</param>
internal readonly record struct RequestRetransmission(TransactionTimer Retransmit, TransactionTimer GiveUp)
{
    public static RequestRetransmission OfInvite { get; } = new(TransactionTimer.A, TransactionTimer.B);

    public static RequestRetransmission OfNonInvite { get; } = new(TransactionTimer.E, TransactionTimer.F);

    /// <summary>The request is sent for the first time.</summary>
    public TransactionState Start(TransactionPhase phase, SipTimers timers, bool reliable, ICollection<TransactionEffect> effects)
    {
        effects.Add(TransactionEffect.SendRequest);
        if (!reliable)
        {
            effects.Add(TransactionEffect.Start(Retransmit, timers.T1));
        }

        effects.Add(TransactionEffect.Start(GiveUp, timers.Timeout));
        return new TransactionState(phase, timers, reliable, timers.T1);
    }

    /// <summary>A response came after which the request is not retransmitted.</summary>
    public void Stop(TransactionState state, ICollection<TransactionEffect> effects)
    {
        if (!state.Reliable)
        {
            effects.Add(TransactionEffect.Stop(Retransmit));
        }

        effects.Add(TransactionEffect.Stop(GiveUp));
    }

    /// <summary>One of the two timers fired; any other is ignored.</summary>
    /// <param name="state">The state.</param>
    /// <param name="timer">The timer.</param>
    /// <param name="next">The next interval, when it is the retransmission's.</param>
    /// <param name="effects">What to do.</param>
    public TransactionState Fire(TransactionState state, TransactionTimer timer, TimeSpan next, ICollection<TransactionEffect> effects)
    {
        if (timer == GiveUp)
        {
            return state.Terminate(TransactionEnd.TimedOut, effects);
        }

        if (timer != Retransmit)
        {
            return state;
        }

        effects.Add(TransactionEffect.SendRequest);
        effects.Add(TransactionEffect.Start(Retransmit, next));
        return state with { Interval = next };
    }
}
