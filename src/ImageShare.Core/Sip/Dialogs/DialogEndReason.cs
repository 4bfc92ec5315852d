namespace ImageShare.Core.Sip.Dialogs;

/// <summary>Why a dialog is over.</summary>
public enum DialogEndReason
{
    /// <summary>The application ended it, and we sent BYE.</summary>
    LocalBye,

    /// <summary>The peer sent BYE.</summary>
    RemoteBye,

    /// <summary>Our 2xx was never acknowledged; BYE was sent (RFC 3261 §13.3.1.4).</summary>
    NoAck,

    /// <summary>A request inside the dialog failed with 481, 408 or no answer, which ends it (RFC 3261 §12.2.1.2), or the agent was closed.</summary>
    Failed,
}
