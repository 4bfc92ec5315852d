using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>What MSRP's endings mean for the share, and what a person can do about them (RFC 4975 §10).</summary>
internal static class MsrpOutcome
{
    /// <summary>Null when the peer has everything.</summary>
    /// <param name="result">What became of the message.</param>
    /// <param name="session">The end of its session; asked for where that says why the message ended: it stood still, it was cut, the peer does not know it.</param>
    public static async ValueTask<ShareOutcome?> OfSendingAsync(MsrpSendResult result, Task<MsrpSessionEnd> session) => result.Outcome switch
    {
        MsrpSendOutcome.Completed => null,
        MsrpSendOutcome.Refused => Refused(result.Status),
        MsrpSendOutcome.TimedOut => ShareOutcome.Stalled,
        MsrpSendOutcome.ConnectionLost or MsrpSendOutcome.Aborted => OfEnd(await session.ConfigureAwait(false)),
        _ => ShareOutcome.ConnectionLost,
    };

    public static ShareOutcome OfEnd(MsrpSessionEnd end) => end.Reason switch
    {
        MsrpSessionEndReason.Idle => ShareOutcome.Stalled,
        MsrpSessionEndReason.BindTimeout => ShareOutcome.MediaNotConnected,
        MsrpSessionEndReason.Closed => ShareOutcome.CancelledHere,
        MsrpSessionEndReason.ProtocolError => ShareOutcome.Failed(
            ImageShareError.MalformedMessage, "The peer sent what is no MSRP, and the connection was closed; the peer is faulty."),
        MsrpSessionEndReason.Refused => Refused(end.Status),
        MsrpSessionEndReason.NotTrusted => ShareOutcome.Failed(
            ImageShareError.CertificateNotTrusted,
            "Who is at the other end of the MSRP connection has not shown the certificate that the peer's session description names; somebody may stand between. Share again, and if it stays so, do not."),
        _ => ShareOutcome.ConnectionLost,
    };

    /// <summary>Null when the session's own end says more, or this side made it.</summary>
    public static ShareOutcome? OfAbort(MsrpAbortReason reason) => reason switch
    {
        MsrpAbortReason.BySender => ShareOutcome.CancelledByPeer,
        MsrpAbortReason.TooLarge => ShareOutcome.Failed(
            ImageShareError.SizeMismatch, "The peer sent more bytes than it had announced; the image was refused."),
        MsrpAbortReason.Inconsistent => ShareOutcome.Failed(
            ImageShareError.MalformedMessage, "The peer's chunks contradict each other; the image was refused."),
        MsrpAbortReason.TooScattered => ShareOutcome.Failed(
            ImageShareError.MalformedMessage, "The peer sent the image in too many pieces out of order; it was refused."),
        MsrpAbortReason.ReceiverFailed => ShareOutcome.Failed(
            ImageShareError.StoreNotWritable, "The image could not be stored; check the folder and its free space."),
        _ => null,
    };

    private static ShareOutcome Refused(int? status) => ShareOutcome.Failed(
        ImageShareError.TransferRefused,
        status switch
        {
            413 => "The peer stopped the transfer: it wants no more of this image, or has no room for it. (MSRP 413)",
            415 => "The peer accepted the image, but does not take this type of it; convert the image and share it again. (MSRP 415)",
            403 => "The peer does not allow this transfer. (MSRP 403)",
            481 or 506 => $"The peer does not know this transfer any more; share the image again. (MSRP {status})",
            _ => $"The peer refused the transfer. (MSRP {status})",
        }) with
    { MsrpStatus = status };
}
