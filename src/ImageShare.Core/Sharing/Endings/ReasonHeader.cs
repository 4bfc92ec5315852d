using System.Globalization;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>
/// The reason for the end of a share, in the Reason header (RFC 3326) of CANCEL, of BYE and of the offer that removes an image from the
/// session. The cause is a SIP status other implementations understand; the text tells peers with this library the exact reason.
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

    /// <summary>The header value, or null for no reason.</summary>
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
    /// Reads the first value with protocol SIP and a cause. 487 and 6xx are a decision of the user; any other 4xx or 5xx is a failure. Other
    /// protocols, in particular Q.850, and cause 200, which some phones send with every BYE, are ignored.
    /// </summary>
    public static ShareEndReason Read(SipRequest? request) => FirstOf(request) is { } reason ? Read(reason) : ShareEndReason.None;

    /// <summary>
    /// Reads the Reason of a CANCEL, which may come from a forking proxy: 200 means accepted elsewhere, 6xx declined elsewhere, 408 and 480
    /// not answered in time (RFC 3326 §3.1).
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
