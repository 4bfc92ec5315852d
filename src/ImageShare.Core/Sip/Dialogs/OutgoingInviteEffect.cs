namespace ImageShare.Core.Sip.Dialogs;

/// <summary>What can happen to an outgoing INVITE.</summary>
internal enum OutgoingInviteInputKind
{
    Provisional,
    Success,
    Failure,
    CancelRequested,
    TimedOut,
    TransportFailed,
    TimerFired,
}

/// <summary>An input. There is one timer: for the wait after a CANCEL, and later for the wait for late responses.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Status">The status code of a failure.</param>
/// <param name="Tag">The To tag of a 2xx, empty when it had none.</param>
internal readonly record struct OutgoingInviteInput(OutgoingInviteInputKind Kind, int Status = 0, string Tag = "")
{
    public static OutgoingInviteInput Provisional => new(OutgoingInviteInputKind.Provisional);

    public static OutgoingInviteInput CancelRequested => new(OutgoingInviteInputKind.CancelRequested);

    public static OutgoingInviteInput TimedOut => new(OutgoingInviteInputKind.TimedOut);

    public static OutgoingInviteInput TransportFailed => new(OutgoingInviteInputKind.TransportFailed);

    public static OutgoingInviteInput TimerFired => new(OutgoingInviteInputKind.TimerFired);

    public static OutgoingInviteInput Success(string tag) => new(OutgoingInviteInputKind.Success, Tag: tag);

    public static OutgoingInviteInput Failure(int status) => new(OutgoingInviteInputKind.Failure, status);
}

/// <summary>What the owner has to do.</summary>
internal enum OutgoingInviteEffectKind
{
    /// <summary>Send CANCEL.</summary>
    SendCancel,

    /// <summary>Create the dialog of the 2xx with this tag and send its ACK.</summary>
    Acknowledge,

    /// <summary>Send the ACK of this tag once more.</summary>
    AcknowledgeAgain,

    /// <summary>Send BYE in the dialog of this tag.</summary>
    EndDialog,

    /// <summary>Tell the application that the dialog with this tag is the call.</summary>
    PublishAccepted,

    /// <summary>Tell the application that it was refused with the response that was the input.</summary>
    PublishRejected,

    /// <summary>Tell the application that it was cancelled.</summary>
    PublishCancelled,

    /// <summary>Tell the application that there was no answer.</summary>
    PublishTimedOut,

    /// <summary>Tell the application that the INVITE could not be sent.</summary>
    PublishUnreachable,

    /// <summary>End the client transaction.</summary>
    DropTransaction,

    /// <summary>Start the timer.</summary>
    StartTimer,

    /// <summary>Stop the timer.</summary>
    StopTimer,

    /// <summary>Remove it from all tables.</summary>
    Forget,
}

/// <summary>One thing to do.</summary>
internal readonly record struct OutgoingInviteEffect(OutgoingInviteEffectKind Kind, string Tag = "", TimeSpan Duration = default);
