using System.Collections.Immutable;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The caller's side of an INVITE above its transaction: when CANCEL may be sent (RFC 3261 §9.1), which 2xx is the call and which
/// is from another fork (RFC 3261 §13.2.2.4), and what the outcome is. Pure: no clock, no socket.
/// </summary>
internal static class OutgoingInviteMachine
{
    // More forks than any proxy creates. Further 2xx responses are not acknowledged.
    private const int MaxAnswers = 32;

    /// <summary>The INVITE was given to its transaction.</summary>
    public static OutgoingInviteState Start(SipTimers timers) => new(OutgoingInvitePhase.Calling, timers, CancelWanted: false, AnsweredTags: []);

    /// <summary>One step.</summary>
    public static OutgoingInviteState Step(OutgoingInviteState state, OutgoingInviteInput input, ICollection<OutgoingInviteEffect> effects)
    {
        if (state.Phase == OutgoingInvitePhase.Over)
        {
            return state;
        }

        if (input.Kind == OutgoingInviteInputKind.Success)
        {
            return OnSuccess(state, input.Tag, effects);
        }

        return state.Phase == OutgoingInvitePhase.Decided ? OnDecided(state, input, effects) : OnOpen(state, input, effects);
    }

    private static OutgoingInviteState OnOpen(OutgoingInviteState state, OutgoingInviteInput input, ICollection<OutgoingInviteEffect> effects)
    {
        switch (input.Kind)
        {
            case OutgoingInviteInputKind.Provisional:
                if (state.Phase != OutgoingInvitePhase.Calling)
                {
                    return state;
                }

                state = state with { Phase = OutgoingInvitePhase.Proceeding };
                return state.CancelWanted ? SendCancel(state, effects) : state;
            case OutgoingInviteInputKind.CancelRequested when !state.CancelWanted:
                state = state with { CancelWanted = true };

                // Before the first provisional response the peer may not have the INVITE yet, so the CANCEL waits (RFC 3261 §9.1).
                return state.Phase == OutgoingInvitePhase.Proceeding ? SendCancel(state, effects) : state;
            case OutgoingInviteInputKind.Failure:
                StopCancelWait(state, effects);
                effects.Add(new(state.CancelWanted && input.Status == 487 ? OutgoingInviteEffectKind.PublishCancelled : OutgoingInviteEffectKind.PublishRejected));
                return Forget(state, effects);
            case OutgoingInviteInputKind.TimedOut:
                effects.Add(new(state.CancelWanted ? OutgoingInviteEffectKind.PublishCancelled : OutgoingInviteEffectKind.PublishTimedOut));
                return Linger(state, effects);
            case OutgoingInviteInputKind.TransportFailed:
                StopCancelWait(state, effects);
                effects.Add(new(state.CancelWanted ? OutgoingInviteEffectKind.PublishCancelled : OutgoingInviteEffectKind.PublishUnreachable));
                return Forget(state, effects);
            case OutgoingInviteInputKind.TimerFired when state.Phase == OutgoingInvitePhase.Cancelling:
                effects.Add(new(OutgoingInviteEffectKind.DropTransaction));
                effects.Add(new(OutgoingInviteEffectKind.PublishCancelled));
                return Linger(state, effects);
            default:
                return state;
        }
    }

    private static OutgoingInviteState OnSuccess(OutgoingInviteState state, string tag, ICollection<OutgoingInviteEffect> effects)
    {
        if (state.AnsweredTags.Contains(tag))
        {
            effects.Add(new(OutgoingInviteEffectKind.AcknowledgeAgain, Tag: tag));
            return state;
        }

        if (state.AnsweredTags.Length >= MaxAnswers)
        {
            return state;
        }

        bool wanted = state is { Phase: not OutgoingInvitePhase.Decided, CancelWanted: false };
        effects.Add(new(OutgoingInviteEffectKind.Acknowledge, Tag: tag));
        if (!wanted)
        {
            // RFC 3261 §13.2.2.4: a 2xx of another fork, one that crossed the CANCEL, or a late one is acknowledged and ended with BYE.
            effects.Add(new(OutgoingInviteEffectKind.EndDialog, Tag: tag));
        }

        bool open = state.Phase != OutgoingInvitePhase.Decided;
        if (open)
        {
            StopCancelWait(state, effects);
            effects.Add(new(wanted ? OutgoingInviteEffectKind.PublishAccepted : OutgoingInviteEffectKind.PublishCancelled, Tag: tag));
            state = Linger(state, effects);
        }

        return state with { AnsweredTags = state.AnsweredTags.Add(tag) };
    }

    private static OutgoingInviteState OnDecided(OutgoingInviteState state, OutgoingInviteInput input, ICollection<OutgoingInviteEffect> effects) =>
        input.Kind == OutgoingInviteInputKind.TimerFired ? Forget(state, effects) : state;

    private static OutgoingInviteState SendCancel(OutgoingInviteState state, ICollection<OutgoingInviteEffect> effects)
    {
        effects.Add(new(OutgoingInviteEffectKind.SendCancel));
        effects.Add(new(OutgoingInviteEffectKind.StartTimer, Duration: state.Timers.Timeout));
        return state with { Phase = OutgoingInvitePhase.Cancelling };
    }

    private static void StopCancelWait(OutgoingInviteState state, ICollection<OutgoingInviteEffect> effects)
    {
        if (state.Phase == OutgoingInvitePhase.Cancelling)
        {
            effects.Add(new(OutgoingInviteEffectKind.StopTimer));
        }
    }

    private static OutgoingInviteState Linger(OutgoingInviteState state, ICollection<OutgoingInviteEffect> effects)
    {
        effects.Add(new(OutgoingInviteEffectKind.StartTimer, Duration: state.Timers.Timeout));
        return state with { Phase = OutgoingInvitePhase.Decided };
    }

    private static OutgoingInviteState Forget(OutgoingInviteState state, ICollection<OutgoingInviteEffect> effects)
    {
        effects.Add(new(OutgoingInviteEffectKind.Forget));
        return state with { Phase = OutgoingInvitePhase.Over };
    }
}

/// <summary>Where an outgoing INVITE stands.</summary>
internal enum OutgoingInvitePhase
{
    /// <summary>No answer yet.</summary>
    Calling,

    /// <summary>A provisional response came.</summary>
    Proceeding,

    /// <summary>CANCEL was sent.</summary>
    Cancelling,

    /// <summary>The outcome is published; late 2xx responses are still acknowledged.</summary>
    Decided,

    /// <summary>Nothing more is done for it.</summary>
    Over,
}

/// <summary>The whole state.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Timers">The base times.</param>
/// <param name="CancelWanted">Whether the application cancelled it.</param>
/// <param name="AnsweredTags">The To tags of all 2xx so far; the first may be the call.</param>
internal readonly record struct OutgoingInviteState(
    OutgoingInvitePhase Phase, SipTimers Timers, bool CancelWanted, ImmutableArray<string> AnsweredTags);
