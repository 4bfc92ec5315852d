using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// A session from its 2xx to its end: the callee's repetition of the 2xx until the ACK (RFC 3261 §13.3.1.4) and BYE from either
/// side (RFC 3261 §15.1). A callee sends no BYE before the ACK came or timed out (RFC 3261 §15). Pure: no clock, no socket.
/// </summary>
internal static class InviteSessionMachine
{
    /// <summary>This side called: the ACK for the 2xx is being sent.</summary>
    public static InviteSessionState StartAsCaller(SipTimers timers) => new(InviteSessionPhase.Confirmed, timers);

    /// <summary>This side was called, and sent the 2xx.</summary>
    public static InviteSessionState StartAsCallee(SipTimers timers, ICollection<InviteSessionEffect> effects) =>
        AwaitAck(new(InviteSessionPhase.Confirmed, timers), effects);

    /// <summary>One step.</summary>
    public static InviteSessionState Step(InviteSessionState state, InviteSessionInput input, ICollection<InviteSessionEffect> effects) =>
        state.Phase switch
        {
            InviteSessionPhase.AwaitingAck => OnAwaitingAck(state, input, effects),
            InviteSessionPhase.Confirmed => OnConfirmed(state, input, effects),
            _ => state,
        };

    private static InviteSessionState OnAwaitingAck(InviteSessionState state, InviteSessionInput input, ICollection<InviteSessionEffect> effects)
    {
        switch (input)
        {
            case InviteSessionInput.AckReceived:
                StopTimers(effects);
                effects.Add(new(InviteSessionEffectKind.ReportConfirmed));
                state = state with { Phase = InviteSessionPhase.Confirmed };
                return state.ByeWanted ? OnConfirmed(state, InviteSessionInput.ByeRequested, effects) : state;
            case InviteSessionInput.ByeRequested:
                return state with { ByeWanted = true };
            case InviteSessionInput.ByeReceived:
                // The peer ends the session, so it has the 2xx: the ACK was lost or is late.
                StopTimers(effects);
                effects.Add(new(InviteSessionEffectKind.ReportConfirmed));
                return OnConfirmed(state, input, effects);
            case InviteSessionInput.RepeatTimerFired:
                TimeSpan next = state.Timers.Next(state.Interval);
                effects.Add(new(InviteSessionEffectKind.RepeatAnswer));
                effects.Add(new(InviteSessionEffectKind.StartTimer, InviteSessionTimer.Repeat, next));
                return state with { Interval = next };
            case InviteSessionInput.AckTimerFired:
                effects.Add(new(InviteSessionEffectKind.StopTimer, InviteSessionTimer.Repeat));
                effects.Add(new(InviteSessionEffectKind.ReportNotConfirmed));
                return End(state, DialogEndReason.NoAck, sendBye: true, effects);
            case InviteSessionInput.RequestFailed:
                StopTimers(effects);
                effects.Add(new(InviteSessionEffectKind.ReportNotConfirmed));
                return End(state, DialogEndReason.Failed, sendBye: true, effects);
            default:
                return state;
        }
    }

    private static InviteSessionState OnConfirmed(InviteSessionState state, InviteSessionInput input, ICollection<InviteSessionEffect> effects)
    {
        switch (input)
        {
            case InviteSessionInput.Answered:
                return AwaitAck(state, effects);
            case InviteSessionInput.ByeRequested:
                return End(state, DialogEndReason.LocalBye, sendBye: true, effects);
            case InviteSessionInput.ByeReceived:
                return End(state, DialogEndReason.RemoteBye, sendBye: false, effects);
            case InviteSessionInput.RequestFailed:
                return End(state, DialogEndReason.Failed, sendBye: true, effects);
            default:
                return state;
        }
    }

    private static InviteSessionState AwaitAck(InviteSessionState state, ICollection<InviteSessionEffect> effects)
    {
        effects.Add(new(InviteSessionEffectKind.StartTimer, InviteSessionTimer.Repeat, state.Timers.T1));
        effects.Add(new(InviteSessionEffectKind.StartTimer, InviteSessionTimer.Ack, state.Timers.Timeout));
        return state with { Phase = InviteSessionPhase.AwaitingAck, Interval = state.Timers.T1 };
    }

    private static InviteSessionState End(InviteSessionState state, DialogEndReason reason, bool sendBye, ICollection<InviteSessionEffect> effects)
    {
        if (sendBye)
        {
            effects.Add(new(InviteSessionEffectKind.SendBye));
        }

        // The session is over once the BYE is sent, whatever the response (RFC 3261 §15.1.1).
        effects.Add(new(InviteSessionEffectKind.ReportEnded, Reason: reason));
        return state with { Phase = InviteSessionPhase.Ended };
    }

    private static void StopTimers(ICollection<InviteSessionEffect> effects)
    {
        effects.Add(new(InviteSessionEffectKind.StopTimer, InviteSessionTimer.Repeat));
        effects.Add(new(InviteSessionEffectKind.StopTimer, InviteSessionTimer.Ack));
    }
}

/// <summary>Where a session stands.</summary>
internal enum InviteSessionPhase
{
    /// <summary>The callee repeats its 2xx.</summary>
    AwaitingAck,

    /// <summary>Established.</summary>
    Confirmed,

    /// <summary>BYE was sent or received, or the session failed.</summary>
    Ended,
}

/// <summary>The whole state.</summary>
internal readonly record struct InviteSessionState(InviteSessionPhase Phase, SipTimers Timers, TimeSpan Interval = default, bool ByeWanted = false);
