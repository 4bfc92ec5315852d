using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>How an <see cref="InviteDialog"/> ended.</summary>
public sealed record DialogEnd
{
    internal DialogEnd(DialogEndReason reason, SipRequest? bye = null)
    {
        Reason = reason;
        Bye = bye;
    }

    /// <summary>Why.</summary>
    public DialogEndReason Reason { get; init; }

    /// <summary>The peer's BYE, when that was the reason: its Reason header may say more.</summary>
    public SipRequest? Bye { get; init; }
}
