using System.Globalization;
using ImageShare.Core.Sharing.StateMachine;
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
        (ShareEndReason.DeclinedElsewhere, 603, "Declined elsewhere"),
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
    /// Reads the first row of protocol SIP. 487 and 6xx are a user's decision, any other 4xx or 5xx a failure. Other protocols, Q.850 above all, and a
    /// cause of 200, which some phones send with every BYE, say nothing of the kind.
    /// </summary>
    public static ShareEndReason Read(SipRequest? request)
    {
        (string? cause, string? text) = FirstOf(request);
        return cause is null ? ShareEndReason.None : Read(cause, text);
    }

    /// <summary>
    /// Reads the Reason of a CANCEL, which a forking proxy writes as well: 200 means that somebody else has accepted, 6xx that somebody else has declined,
    /// 408 and 480 that the time was over (RFC 3326 §3.1).
    /// </summary>
    public static ShareEndReason ReadOfCancel(SipRequest cancel)
    {
        (string? cause, string? text) = FirstOf(cancel);
        return cause switch
        {
            null => ShareEndReason.None,
            "200" => ShareEndReason.AcceptedElsewhere,
            "408" or "480" => ShareEndReason.NotAnswered,
            ['6', _, _] => ShareEndReason.DeclinedElsewhere,
            _ => Read(cause, text),
        };
    }

    private static (string? Cause, string? Text) FirstOf(SipRequest? request)
    {
        foreach (string row in request?.Headers.GetStrings(SipHeaderNames.Reason) ?? [])
        {
            if (row.Split(';', StringSplitOptions.TrimEntries) is ["SIP", .. string[] parameters] && Value(parameters, "cause") is { } cause)
            {
                return (cause, Value(parameters, "text")?.Trim('"'));
            }
        }

        return default;
    }

    private static ShareEndReason Read(string cause, string? text)
    {
        foreach ((ShareEndReason known, int number, string own) in Forms)
        {
            if (cause == number.ToString(CultureInfo.InvariantCulture) && own.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return cause switch
        {
            "487" or ['6', _, _] => ShareEndReason.UserCancelled,
            ['4' or '5', _, _] => ShareEndReason.Failed,
            _ => ShareEndReason.None,
        };
    }

    private static string? Value(string[] parameters, string name)
    {
        foreach (string parameter in parameters)
        {
            int at = parameter.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && parameter.AsSpan(0, at).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return parameter[(at + 1)..].Trim();
            }
        }

        return null;
    }
}
