using static ImageShare.Core.Sharing.StateMachine.ShareOutcome;

namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>How an invitation ends without a session, if the machine itself decides it.</summary>
internal static class InvitationOutcomes
{
    public static ShareOutcome NothingHeard { get; } = Failed(
        ImageShareError.NoAnswer, "There was no response to the invitation; check the address and port, and that the peer is running.");

    public static ShareOutcome OnlyTrying { get; } = Failed(
        ImageShareError.NoAnswer, "The invitation was received (100 Trying), but the peer neither rang nor answered in time; try again later.");

    public static ShareOutcome NoAnswerFromPeer { get; } = Failed(
        ImageShareError.NoAnswer, "The peer was ringing, but its user did not answer in time; try again later.");

    public static ShareOutcome FellSilent { get; } = Failed(
        ImageShareError.NoAnswer, "The peer was ringing, but did not respond to the CANCEL; it is probably no longer reachable. Try again later.");

    public static ShareOutcome UnreadableAnswer { get; } = Failed(
        ImageShareError.MalformedMessage,
        "An answer to the invitation came that could not be read; inspect it in a trace, and check the software of the peer and its proxies.");

    public static ShareOutcome MediaAddressNotFound { get; } = Failed(
        ImageShareError.MediaNotConnected,
        "The invitation was accepted, but the peer's media address could not be resolved in time; check that the host names in its answer can be looked up.");

    public static ShareOutcome NoAnswerHere { get; } = Failed(
        ImageShareError.NoAnswer, "The invitation was not answered in time and was refused; accept or decline sooner, or raise ImageShareLimits.AnswerTimeout.");

    public static ShareOutcome NoAck { get; } = Failed(
        ImageShareError.NoAnswer, "The caller did not acknowledge the accepted invitation; it is probably no longer reachable. Ask it to share the image again.");

    public static ShareOutcome DeclinedHere(int sipStatus) =>
        new(ImageShareState.Declined, ImageShareError.Declined, "The invitation was declined on this side.") { SipStatus = sipStatus, EndedBy = ImageShareEndedBy.User };
}
