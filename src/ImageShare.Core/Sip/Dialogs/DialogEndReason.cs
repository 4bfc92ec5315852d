namespace ImageShare.Core.Sip.Dialogs;

/// <summary>Why a dialog is over.</summary>
public enum DialogEndReason
{
    /// <summary>We sent BYE because the application wanted it.</summary>
    LocalBye,

    /// <summary>The peer sent BYE.</summary>
    RemoteBye,

    /// <summary>Our 2xx was never acknowledged; BYE was sent (RFC 3261 §13.3.1.4).</summary>
    NoAck,

    /// <summary>A request inside the dialog failed in a way that ends it (481, 408, no answer, RFC 3261 §12.2.1.2), or the agent was closed.</summary>
    Failed,
}
