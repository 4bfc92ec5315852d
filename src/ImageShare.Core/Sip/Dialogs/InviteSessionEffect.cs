namespace ImageShare.Core.Sip.Dialogs;

/// <summary>What can happen to a session.</summary>
internal enum InviteSessionInput
{
    /// <summary>The ACK for our 2xx came.</summary>
    AckReceived,

    /// <summary>BYE came.</summary>
    ByeReceived,

    /// <summary>The application ends it.</summary>
    ByeRequested,

    /// <summary>We sent a 2xx to a re-INVITE.</summary>
    Answered,

    /// <summary>Time to send the 2xx again.</summary>
    RepeatTimerFired,

    /// <summary>No ACK came within 64·T1.</summary>
    AckTimerFired,

    /// <summary>A request inside the dialog got 481 or 408, or no answer at all (RFC 3261 §12.2.1.2).</summary>
    RequestFailed,
}

/// <summary>The two timers of a session.</summary>
internal enum InviteSessionTimer
{
    /// <summary>Between two copies of the 2xx.</summary>
    Repeat,

    /// <summary>For the ACK.</summary>
    Ack,
}

/// <summary>What the owner has to do.</summary>
internal enum InviteSessionEffectKind
{
    /// <summary>Send the 2xx again.</summary>
    RepeatAnswer,

    /// <summary>Send BYE.</summary>
    SendBye,

    /// <summary>Tell the application that the ACK came.</summary>
    ReportConfirmed,

    /// <summary>Tell the application that the ACK never came.</summary>
    ReportNotConfirmed,

    /// <summary>Tell the application that the session is over, and remove the dialog.</summary>
    ReportEnded,

    /// <summary>Start a timer.</summary>
    StartTimer,

    /// <summary>Stop a timer.</summary>
    StopTimer,
}

/// <summary>One thing to do.</summary>
internal readonly record struct InviteSessionEffect(
    InviteSessionEffectKind Kind, InviteSessionTimer Timer = default, TimeSpan Duration = default, DialogEndReason Reason = default);
