using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>Maps a final SIP status to the outcome of the share, with a message for users (RFC 3261 §21, IR.79 §3.4).</summary>
internal static class SipOutcome
{
    /// <summary>The image cannot be stored; not a decision of the user (RFC 3261 §21.5.1).</summary>
    public const int NotStorable = 500;

    /// <summary>The reason phrase by which peers with this library tell it from any other 500.</summary>
    public const string NotStorablePhrase = "Image Cannot Be Stored";

    /// <summary>The outcome if a requested image is refused: there is none, several match, or the peer serves none.</summary>
    public static ShareOutcome NotServed(string answer) => ShareOutcome.Failed(
        ImageShareError.ImageNotFound,
        $"The peer does not serve a matching image, or several match; select it by its hash, or by name, type and size together. ({answer})");

    /// <summary>Why a peer cannot share images at all, or null if it can.</summary>
    public static ShareOutcome? NotCapable(ImageShareCapabilities capabilities)
    {
        if (capabilities.CanShareImages)
        {
            return null;
        }

        if (capabilities.Support is ImageShareSupport.Unknown && capabilities.IsAnswered)
        {
            return ShareOutcome.Failed(
                ImageShareError.CapabilityUnknown,
                $"The peer answered the capability query with {capabilities.SipStatus}, but did not say what it supports; it may still accept images. "
                + "Share without asking: set ShareSettings.QueryFirst = false, or use --no-query on the command line.")
                with
            { SipStatus = capabilities.SipStatus };
        }

        if (capabilities.IsRedirected)
        {
            return ShareOutcome.Failed(ImageShareError.Redirected, $"{capabilities.Message} (SIP {capabilities.SipStatus} to the capability query)") with
            {
                SipStatus = capabilities.SipStatus,
                RedirectedTo = [.. capabilities.RedirectedTo.Select(static uri => uri.ToString())],
            };
        }

        ShareOutcome refused = FromStatus(capabilities.SipStatus, "to the capability query", capabilities.Message);
        return capabilities.SipStatus is >= 300 && refused.Error is not (ImageShareError.Rejected or ImageShareError.UnacceptableOffer or ImageShareError.NotCapable)
            ? refused
            : ShareOutcome.Failed(
                ImageShareError.NotCapable,
                $"The peer answered the capability query with {capabilities.SipStatus} but does not support image share; it cannot receive images.")
                with
            { SipStatus = capabilities.SipStatus };
    }

    /// <summary>The outcome for a final response. For a challenge it says why it was not answered, for a redirection where to.</summary>
    public static ShareOutcome Of(SipResponse response) => response.StatusCode is >= 300 and < 400
        ? Redirected(response)
        : FromStatus(response.StatusCode, response.ReasonPhrase, UnansweredChallenge.Describe(response));

    private static ShareOutcome Redirected(SipResponse response)
    {
        SipUri[] targets = Redirection.Targets(response);
        return ShareOutcome.Failed(ImageShareError.Redirected, $"{Redirection.Describe(targets)} (SIP {response.StatusCode} {Printable.Of(response.ReasonPhrase)})") with
        {
            SipStatus = response.StatusCode,
            RedirectedTo = [.. targets.Select(static uri => uri.ToString())],
        };
    }

    private static ShareOutcome FromStatus(int status, string reasonPhrase, string? challenge = null)
    {
        (ImageShareState state, ImageShareError error, string message) = status switch
        {
            SipStatus.Decline => (ImageShareState.Declined, ImageShareError.Declined, "The peer declined the image."),
            486 or 600 => (ImageShareState.Failed, ImageShareError.Busy, "The peer is busy; try again later."),
            408 or 480 => (ImageShareState.Failed, ImageShareError.NoAnswer, "The peer is not available or did not answer; try again later."),
            487 => (ImageShareState.Cancelled, ImageShareError.Cancelled, "The invitation was cancelled."),
            401 or 407 when challenge is not null => (ImageShareState.Failed, ImageShareError.AuthenticationFailed, challenge),
            401 or 403 or 407 => (ImageShareState.Failed, ImageShareError.AuthenticationFailed,
                "The peer or its proxy rejected the credentials; check the user name, the password, and whether this identity may share images."),
            404 or 410 or 604 => (ImageShareState.Failed, ImageShareError.PeerUnreachable, "The peer's address is unknown to its server; check the SIP URI."),
            415 or 488 or 606 => (ImageShareState.Failed, ImageShareError.UnacceptableOffer,
                "The peer cannot accept this offer; query its capabilities for the accepted types and size, or try another profile."),
            405 or 501 => (ImageShareState.Failed, ImageShareError.NotCapable, "The peer does not support this request; it cannot share images."),
            NotStorable when reasonPhrase.Equals(NotStorablePhrase, StringComparison.OrdinalIgnoreCase) =>
                (ImageShareState.Failed, ImageShareError.Rejected, ShareOutcome.NotStoredAtPeer.Message!),
            503 => (ImageShareState.Failed, ImageShareError.Busy, "The peer's service is overloaded or out of service; try again later."),
            >= 500 and <= 599 => (ImageShareState.Failed, ImageShareError.Rejected, "The peer or a server on the way to it failed; try again later."),
            _ => (ImageShareState.Failed, ImageShareError.Rejected, "The peer refused the image."),
        };
        return new ShareOutcome(state, error, $"{message} (SIP {status} {reasonPhrase})") { SipStatus = status };
    }
}
