using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The callee's reliable provisional responses to one INVITE (RFC 3262 §3): one at a time, retransmitted with doubling intervals until
/// its PRACK arrives, and given up after 64·T1. Pure: no clock, no socket.
/// </summary>
internal static class ReliableProvisionalMachine
{
    /// <summary>Nothing was sent yet.</summary>
    /// <param name="timers">The base times.</param>
    /// <param name="first">The first RSeq: 1 to 2^31-1, chosen at random.</param>
    public static ReliableProvisionalState Start(SipTimers timers, uint first) => new(timers, first, IsOpen: true);

    /// <summary>The application sends this provisional response. While another is unacknowledged it waits, and a later one replaces it.</summary>
    public static ReliableProvisionalState Send(ReliableProvisionalState state, int status, ICollection<ReliableProvisionalEffect> effects)
    {
        if (!state.IsOpen)
        {
            return state;
        }

        if (state.Outstanding is not null)
        {
            return state with { Waiting = status };
        }

        effects.Add(new(ReliableProvisionalEffectKind.Send, status, state.Next));
        effects.Add(StartTimer(ReliableProvisionalTimer.Repeat, state.Timers.T1));
        effects.Add(StartTimer(ReliableProvisionalTimer.GiveUp, state.Timers.Timeout));
        return state with { Outstanding = state.Next, Next = state.Next + 1, Interval = state.Timers.T1, Waiting = 0 };
    }

    /// <summary>A PRACK came; whether it acknowledges a response.</summary>
    public static bool TryAcknowledge(ref ReliableProvisionalState state, uint number, ICollection<ReliableProvisionalEffect> effects)
    {
        if (state.Outstanding != number)
        {
            return false;
        }

        int waiting = state.Waiting;
        bool wasOpen = state.IsOpen;
        state = state with { Outstanding = null, Waiting = 0 };
        if (wasOpen)
        {
            StopTimers(effects);
        }

        if (waiting != 0)
        {
            state = Send(state, waiting, effects);
        }

        return true;
    }

    /// <summary>A timer fired.</summary>
    public static ReliableProvisionalState Fire(
        ReliableProvisionalState state, ReliableProvisionalTimer timer, ICollection<ReliableProvisionalEffect> effects)
    {
        if (!state.IsOpen || state.Outstanding is null)
        {
            return state;
        }

        if (timer == ReliableProvisionalTimer.GiveUp)
        {
            effects.Add(new(ReliableProvisionalEffectKind.StopTimer, Timer: ReliableProvisionalTimer.Repeat));
            effects.Add(new(ReliableProvisionalEffectKind.GiveUp));
            return state with { IsOpen = false };
        }

        // No cap at T2 here, unlike for a 2xx.
        TimeSpan interval = state.Interval * 2;
        effects.Add(new(ReliableProvisionalEffectKind.SendAgain));
        effects.Add(StartTimer(ReliableProvisionalTimer.Repeat, interval));
        return state with { Interval = interval };
    }

    /// <summary>The INVITE has its final response. Nothing more is sent, but a late PRACK still acknowledges its response.</summary>
    public static ReliableProvisionalState Close(ReliableProvisionalState state, ICollection<ReliableProvisionalEffect> effects)
    {
        if (state is { IsOpen: true, Outstanding: not null })
        {
            StopTimers(effects);
        }

        return state with { IsOpen = false, Waiting = 0 };
    }

    private static void StopTimers(ICollection<ReliableProvisionalEffect> effects)
    {
        effects.Add(new(ReliableProvisionalEffectKind.StopTimer, Timer: ReliableProvisionalTimer.Repeat));
        effects.Add(new(ReliableProvisionalEffectKind.StopTimer, Timer: ReliableProvisionalTimer.GiveUp));
    }

    private static ReliableProvisionalEffect StartTimer(ReliableProvisionalTimer timer, TimeSpan duration) =>
        new(ReliableProvisionalEffectKind.StartTimer, Timer: timer, Duration: duration);
}

/// <summary>The whole state.</summary>
/// <param name="Timers">The base times.</param>
/// <param name="Next">The RSeq of the next response.</param>
/// <param name="IsOpen">Whether more may be sent.</param>
/// <param name="Outstanding">The RSeq without a PRACK; null for none.</param>
/// <param name="Waiting">The status that is sent after that PRACK, 0 for none.</param>
/// <param name="Interval">Between the last copy and the next.</param>
internal readonly record struct ReliableProvisionalState(
    SipTimers Timers, uint Next, bool IsOpen, uint? Outstanding = null, int Waiting = 0, TimeSpan Interval = default);

/// <summary>The two timers.</summary>
internal enum ReliableProvisionalTimer
{
    /// <summary>Between two copies.</summary>
    Repeat,

    /// <summary>For the PRACK.</summary>
    GiveUp,
}

/// <summary>What the owner has to do.</summary>
internal enum ReliableProvisionalEffectKind
{
    /// <summary>Send a response with this status and RSeq, and keep it.</summary>
    Send,

    /// <summary>Send the kept response again.</summary>
    SendAgain,

    /// <summary>Reject the INVITE: the caller does not acknowledge.</summary>
    GiveUp,

    /// <summary>Start a timer.</summary>
    StartTimer,

    /// <summary>Stop a timer.</summary>
    StopTimer,
}

/// <summary>One thing to do.</summary>
internal readonly record struct ReliableProvisionalEffect(
    ReliableProvisionalEffectKind Kind, int Status = 0, uint RSeq = 0, ReliableProvisionalTimer Timer = default, TimeSpan Duration = default);
