using System.Globalization;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>
/// Why a share ends, in the Reason header (RFC 3326) of CANCEL, of BYE and of the offer that takes an image out of the session. The cause is a SIP status that
/// others understand as far as they can; the text tells peers of this library what it was exactly.
/// </summary>
internal static class ReasonHeader
{
    private static readonly (ShareEndReason Reason, int Cause, string Text)[] Forms =
    [
        (ShareEndReason.UserCancelled, 487, "Cancelled by User"),
        (ShareEndReason.NotAnswered, 408, "Not Answered in Time"),
        (ShareEndReason.AcceptedElsewhere, 200, "Call completed elsewhere"),
        (ShareEndReason.DeclinedElsewhere, SipStatus.Decline, "Declined elsewhere"),
        (ShareEndReason.ConnectionLost, 480, "Media Connection Lost"),
        (ShareEndReason.MediaNotConnected, 480, "Media Not Connected"),
        (ShareEndReason.Stalled, 408, "Transfer Stalled"),
        (ShareEndReason.HashMismatch, 500, "Hash Mismatch"),
        (ShareEndReason.SizeMismatch, 500, "Size Mismatch"),
        (ShareEndReason.NotStored, 500, "Image Not Stored"),
        (ShareEndReason.NotRead, 500, "Image Not Read"),
        (ShareEndReason.Failed, 500, "Transfer Failed"),
    ];

    /// <summary>The header's value; null where there is nothing to say.</summary>
    public static string? Write(ShareEndReason reason)
    {
        foreach ((ShareEndReason known, int cause, string text) in Forms)
        {
            if (known == reason)
            {
                return string.Create(CultureInfo.InvariantCulture, $"SIP;cause={cause};text=\"{text}\"");
            }
        }

        return null;
    }

    /// <summary>
    /// Reads the first value of protocol SIP that has a cause. 487 and 6xx are a user's decision, any other 4xx or 5xx a failure. Other protocols, Q.850 above all, and a
    /// cause of 200, which some phones send with every BYE, say nothing of the kind.
    /// </summary>
    public static ShareEndReason Read(SipRequest? request) => FirstOf(request) is { } reason ? Read(reason) : ShareEndReason.None;

    /// <summary>
    /// Reads the Reason of a CANCEL, which a forking proxy writes as well: 200 means that somebody else has accepted, 6xx that somebody else has declined,
    /// 408 and 480 that the time was over (RFC 3326 §3.1).
    /// </summary>
    public static ShareEndReason ReadOfCancel(SipRequest cancel) => FirstOf(cancel) switch
    {
        null => ShareEndReason.None,
        { Cause: 200 } => ShareEndReason.AcceptedElsewhere,
        { Cause: 408 or 480 } => ShareEndReason.NotAnswered,
        { Cause: >= 600 and < 700 } => ShareEndReason.DeclinedElsewhere,
        { } reason => Read(reason),
    };

    private static Reason? FirstOf(SipRequest? request) => request?.Headers.Reasons.FirstOrDefault(static reason => reason.IsOf("SIP") && reason.Cause is not null);

    private static ShareEndReason Read(Reason reason)
    {
        foreach ((ShareEndReason known, int cause, string text) in Forms)
        {
            if (reason.Cause == cause && text.Equals(reason.Text, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return reason.Cause switch
        {
            487 or (>= 600 and < 700) => ShareEndReason.UserCancelled,
            >= 400 and < 600 => ShareEndReason.Failed,
            _ => ShareEndReason.None,
        };
    }
}
