namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The callee's side of an INVITE until its final response: provisional responses and their repetition (RFC 3261 §13.3.1.1),
/// CANCEL (RFC 3261 §9.2), BYE in the early dialog (RFC 3261 §15.1.2), and the time limit. Pure: no clock, no socket.
/// </summary>
internal static class IncomingInviteMachine
{
    /// <summary>How often a provisional response is repeated so that proxies do not give up.</summary>
    public static TimeSpan RepeatInterval { get; } = TimeSpan.FromMinutes(1);

    /// <summary>The same for reliable ones (RFC 3262 §3).</summary>
    public static TimeSpan ReliableRepeatInterval { get; } = TimeSpan.FromMinutes(2.5);

    /// <summary>The INVITE was received.</summary>
    /// <param name="limit">How long it may wait for its final response.</param>
    /// <param name="effects">What to do.</param>
    /// <param name="isReliable">Whether its provisional responses are sent reliably.</param>
    public static IncomingInviteState Start(TimeSpan limit, ICollection<IncomingInviteEffect> effects, bool isReliable = false)
    {
        effects.Add(new(IncomingInviteEffectKind.StartTimer, Timer: IncomingInviteTimer.Limit, Duration: limit));
        return new(IsOpen: true, LastProvisional: 0, isReliable ? ReliableRepeatInterval : RepeatInterval);
    }

    /// <summary>One step.</summary>
    public static IncomingInviteState Step(IncomingInviteState state, IncomingInviteInput input, ICollection<IncomingInviteEffect> effects)
    {
        if (!state.IsOpen)
        {
            return state;
        }

        switch (input.Kind)
        {
            case IncomingInviteInputKind.Provisional:
                effects.Add(new(IncomingInviteEffectKind.Respond, input.Status));
                if (input.Status > 100)
                {
                    effects.Add(StartRepeat(state));
                    state = state with { LastProvisional = input.Status };
                }

                return state;
            case IncomingInviteInputKind.RepeatTimerFired:
                effects.Add(new(IncomingInviteEffectKind.Respond, state.LastProvisional));
                effects.Add(StartRepeat(state));
                return state;
            case IncomingInviteInputKind.Accept:
                return Close(state, new(IncomingInviteEffectKind.Accept), effects);
            case IncomingInviteInputKind.Reject:
                return Close(state, new(IncomingInviteEffectKind.Respond, input.Status), effects);
            case IncomingInviteInputKind.Cancel:
            case IncomingInviteInputKind.Bye:
            case IncomingInviteInputKind.LimitTimerFired:
                return Cancel(state, 487, effects);
            case IncomingInviteInputKind.NotAcknowledged:
                return Cancel(state, 504, effects);
            case IncomingInviteInputKind.TransportFailed:
                // The final response lets the transaction end by its timers, although the caller may not get it.
                return Cancel(state, 500, effects);
            default:
                return state;
        }
    }

    private static IncomingInviteEffect StartRepeat(IncomingInviteState state) =>
        new(IncomingInviteEffectKind.StartTimer, Timer: IncomingInviteTimer.Repeat, Duration: state.Repeat);

    // The call ends without an answer of the application, which is told.
    private static IncomingInviteState Cancel(IncomingInviteState state, int status, ICollection<IncomingInviteEffect> effects)
    {
        state = Close(state, new(IncomingInviteEffectKind.Respond, status), effects);
        effects.Add(new(IncomingInviteEffectKind.SignalCancelled));
        return state;
    }

    private static IncomingInviteState Close(IncomingInviteState state, IncomingInviteEffect answer, ICollection<IncomingInviteEffect> effects)
    {
        if (state.LastProvisional != 0)
        {
            effects.Add(new(IncomingInviteEffectKind.StopTimer, Timer: IncomingInviteTimer.Repeat));
        }

        effects.Add(new(IncomingInviteEffectKind.StopTimer, Timer: IncomingInviteTimer.Limit));
        effects.Add(answer);
        return state with { IsOpen = false };
    }
}

/// <summary>The whole state.</summary>
/// <param name="IsOpen">No final response yet.</param>
/// <param name="LastProvisional">The provisional response to repeat, 0 for none.</param>
/// <param name="Repeat">How often it is repeated.</param>
internal readonly record struct IncomingInviteState(bool IsOpen, int LastProvisional, TimeSpan Repeat);

/// <summary>What can happen to an incoming INVITE.</summary>
internal enum IncomingInviteInputKind
{
    /// <summary>The application rings.</summary>
    Provisional,

    /// <summary>The application accepts.</summary>
    Accept,

    /// <summary>The application refuses.</summary>
    Reject,

    /// <summary>CANCEL came.</summary>
    Cancel,

    /// <summary>BYE came in the early dialog.</summary>
    Bye,

    /// <summary>A reliable provisional response was never acknowledged (RFC 3262 §3).</summary>
    NotAcknowledged,

    /// <summary>A response could not be sent.</summary>
    TransportFailed,

    /// <summary>The interval between two copies is over.</summary>
    RepeatTimerFired,

    /// <summary>The time limit is over.</summary>
    LimitTimerFired,
}

/// <summary>An input; the status is that of the application's response.</summary>
internal readonly record struct IncomingInviteInput(IncomingInviteInputKind Kind, int Status = 0);

/// <summary>The two timers of an incoming INVITE.</summary>
internal enum IncomingInviteTimer
{
    /// <summary>Between two copies of the provisional response.</summary>
    Repeat,

    /// <summary>For the final response: the caller's Expires (RFC 3261 §13.3.1) or our own limit.</summary>
    Limit,
}

/// <summary>What the owner has to do.</summary>
internal enum IncomingInviteEffectKind
{
    /// <summary>Send a response with this status.</summary>
    Respond,

    /// <summary>Send the 2xx and start the session.</summary>
    Accept,

    /// <summary>Tell the application that the caller is gone.</summary>
    SignalCancelled,

    /// <summary>Start or restart a timer.</summary>
    StartTimer,

    /// <summary>Stop a timer.</summary>
    StopTimer,
}

/// <summary>One thing to do.</summary>
internal readonly record struct IncomingInviteEffect(
    IncomingInviteEffectKind Kind, int Status = 0, IncomingInviteTimer Timer = default, TimeSpan Duration = default);
