using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing;

/// <summary>How a share ended.</summary>
public sealed record ImageShareResult
{
    /// <summary>Completed, Declined, Cancelled or Failed.</summary>
    public required ImageShareState State { get; init; }

    /// <summary>Whether the whole image arrived: every octet, the right size, and the right hash where the offer named one.</summary>
    public bool IsCompleted => State == ImageShareState.Completed;

    /// <summary>The reason when the share did not complete; None when it did.</summary>
    public ImageShareError Error { get; init; }

    /// <summary>Who or what ended the share.</summary>
    public ImageShareEndedBy EndedBy { get; init; }

    /// <summary>Receiver: why the invitation was over before it was decided; null for any other end.</summary>
    public ImageShareWithdrawal? Withdrawal { get; init; }

    /// <summary>
    /// Sender: whether the peer may have the whole image although the share did not complete: its last chunk had left, and the peer has not said what became of
    /// it. Always false when the share completed, and for the receiver.
    /// </summary>
    public bool PeerMayHaveImage { get; init; }

    /// <summary>A sentence for a person: what happened and what to do next. Null for a completed share.</summary>
    public string? Message { get; init; }

    /// <summary>The SIP status behind the ending, if one was.</summary>
    public int? SipStatus { get; init; }

    /// <summary>Where a redirection (SIP 3xx) says that the peer is to be found, the most wanted first; empty for every other ending.</summary>
    public IReadOnlyList<SipUri> RedirectedTo { get; init; } = [];

    /// <summary>The MSRP status behind the ending, if one was.</summary>
    public int? MsrpStatus { get; init; }

    /// <summary>Octets that arrived (receiver) or were acknowledged by the peer (sender).</summary>
    public long BytesTransferred { get; init; }

    /// <summary>
    /// Whether the image's integrity was checked. Receiver: its hash equals the one offered (false when the offer had none).
    /// Sender: the peer acknowledged every octet; what it computed stays with it.
    /// </summary>
    public bool IsVerified { get; init; }

    /// <summary>The SHA-1 of the image as upper-case hex, 40 digits, or null when it was not computed to the end.</summary>
    public string? Sha1 { get; init; }

    /// <summary>Receiver: where the image was stored. Null for the sender and for stores without files.</summary>
    public StoredImage? Stored { get; init; }

    /// <summary>Receiver: what the sender said of the image with the transfer itself; null when it said nothing there.</summary>
    public SentFile? SentFile { get; init; }

    /// <summary>
    /// What was odd about a received image and lived with: stable codes. <c>TypeMismatch</c>: its first octets are those of another image type than
    /// was announced; <c>TypeNotRecognized</c>: they are of no type this library knows; <c>ContinuedUnverified</c>: its beginning came in an earlier transfer, and with no hash
    /// offered nothing shows that the two parts belong together. Look twice before opening such a file.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Throws unless the share completed.</summary>
    /// <returns>This result.</returns>
    /// <exception cref="ImageShareException">The share did not complete.</exception>
    public ImageShareResult ThrowIfNotCompleted() => IsCompleted
        ? this
        : throw new ImageShareException(Error, Message ?? "The share did not complete.") { SipStatus = SipStatus, MsrpStatus = MsrpStatus };
}
