using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>Maps the end of an MSRP message or session to the outcome of the share, with a message for users (RFC 4975 §10).</summary>
internal static class MsrpOutcome
{
    /// <summary>The outcome of sending; null if the peer has the whole image.</summary>
    /// <param name="result">The result of the message.</param>
    /// <param name="session">The end of its session, which explains a message that timed out, was aborted or lost its connection.</param>
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
            ImageShareError.MalformedMessage, "The peer sent invalid MSRP, so the connection was closed; report the fault to the peer's vendor."),
        MsrpSessionEndReason.Refused => Refused(end.Status),
        MsrpSessionEndReason.NotTrusted => ShareOutcome.Failed(
            ImageShareError.CertificateNotTrusted,
            "The certificate on the MSRP connection does not match the fingerprint in the peer's session description; the connection may be intercepted. Do not share images with this peer until that is resolved."),
        _ => ShareOutcome.ConnectionLost,
    };

    /// <summary>The outcome of an aborted incoming message; null if the end of the session is more precise, or this side aborted it.</summary>
    public static ShareOutcome? OfAbort(MsrpAbortReason reason) => reason switch
    {
        MsrpAbortReason.BySender => ShareOutcome.CancelledByPeer(isSender: false),
        MsrpAbortReason.TooLarge => ShareOutcome.Failed(
            ImageShareError.SizeMismatch, "The peer sent more bytes than it announced, so the image was refused; ask the peer to share it again."),
        MsrpAbortReason.Inconsistent => ShareOutcome.Failed(
            ImageShareError.MalformedMessage, "The peer's chunks contradict each other, so the image was refused; ask the peer to share it again."),
        MsrpAbortReason.TooScattered => ShareOutcome.Failed(
            ImageShareError.MalformedMessage, "The peer sent the image in too many pieces out of order, so it was refused; the peer must send it in order."),
        MsrpAbortReason.ReceiverFailed => ShareOutcome.Failed(
            ImageShareError.StoreNotWritable, "The image could not be stored; check the folder and its free space, and ask the peer to share it again."),
        _ => null,
    };

    /// <summary>The message for users if neither side can be reached by the other.</summary>
    /// <param name="own">The address this side offered.</param>
    /// <param name="peer">The address the peer offered.</param>
    public static string NeitherReachable(IPAddress own, IPAddress peer) =>
        $"The invitation was accepted, but both ends offer private addresses ({own} here, {peer} at the peer), and no MSRP connection was established between them. "
        + "Unless they are in one network, use an MSRP relay (MsrpRelays), or advertise an address on one side that the other can reach (Advertised).";

    private static ShareOutcome Refused(int? status) => ShareOutcome.Failed(
        ImageShareError.TransferRefused,
        status switch
        {
            413 => "The peer stopped the transfer: it no longer wants the image, or has no room for it. (MSRP 413)",
            415 => "The peer accepted the image, but does not support its type; convert the image and share it again. (MSRP 415)",
            403 => "The peer does not allow this transfer. (MSRP 403)",
            481 or 506 => $"The peer no longer knows this transfer; share the image again. (MSRP {status})",
            _ => $"The peer refused the transfer. (MSRP {status})",
        }) with
    { MsrpStatus = status };
}
