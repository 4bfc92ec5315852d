using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>How an <see cref="InviteDialog"/> ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Bye">The peer's BYE, when that was the reason: its Reason header may say more.</param>
public sealed record DialogEnd(DialogEndReason Reason, SipRequest? Bye = null);
