using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing;

/// <summary>The result of a share.</summary>
public sealed record ImageShareResult
{
    /// <summary>The final state: Completed, Declined, Cancelled or Failed.</summary>
    public required ImageShareState State { get; init; }

    /// <summary>Whether the whole image arrived: every byte, the right size, and the right hash if the offer contained one.</summary>
    public bool IsCompleted => State == ImageShareState.Completed;

    /// <summary>Why the share did not complete; None if it did.</summary>
    public ImageShareError Error { get; init; }

    /// <summary>Who or what ended the share.</summary>
    public ImageShareEndedBy EndedBy { get; init; }

    /// <summary>Receiver: why the invitation ended before it was accepted or declined; null for any other end.</summary>
    public ImageShareWithdrawal? Withdrawal { get; init; }

    /// <summary>
    /// Sender: whether the peer may have the whole image although the share did not complete: the last chunk was sent, but the peer did not
    /// report the result, or the peer's user cancelled after every byte was acknowledged. Always false for completed shares and for the receiver.
    /// </summary>
    public bool PeerMayHaveImage { get; init; }

    /// <summary>A message for users: what happened and what to do next. Null for a completed share.</summary>
    public string? Message { get; init; }

    /// <summary>The SIP status code that ended the share, or null.</summary>
    public int? SipStatus { get; init; }

    /// <summary>The new addresses of the peer after a redirection (SIP 3xx), in order of preference; otherwise empty.</summary>
    public IReadOnlyList<SipUri> RedirectedTo { get; init; } = [];

    /// <summary>The MSRP status code that ended the share, or null.</summary>
    public int? MsrpStatus { get; init; }

    /// <summary>The number of bytes received (receiver) or acknowledged by the peer (sender).</summary>
    public long BytesTransferred { get; init; }

    /// <summary>
    /// Whether the integrity of the image was checked. Receiver: its hash matches the offer; false if the offer contained no supported hash.
    /// Sender: the peer acknowledged every byte; it does not report its own hash.
    /// </summary>
    public bool IsVerified { get; init; }

    /// <summary>The SHA-1 of the image as 40 upper-case hex digits, or null if it was not computed.</summary>
    public string? Sha1 { get; init; }

    /// <summary>Receiver: the stored image. Null for the sender, and if the share did not complete.</summary>
    public StoredImage? Stored { get; init; }

    /// <summary>Receiver: the metadata sent with the transfer itself (Content-Disposition), or null.</summary>
    public SentFile? SentFile { get; init; }

    /// <summary>
    /// Receiver: tolerated faults, as stable codes. <c>TypeMismatch</c>: the first bytes belong to another image type than announced.
    /// <c>TypeNotRecognized</c>: the first bytes match no known type. <c>ContinuedUnverified</c>: the image was resumed and no hash was
    /// offered, so nothing proves that its two parts belong together. Be careful when opening such a file.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Throws if the share did not complete.</summary>
    /// <returns>This result.</returns>
    /// <exception cref="ImageShareException">The share did not complete.</exception>
    public ImageShareResult ThrowIfNotCompleted() => IsCompleted
        ? this
        : throw new ImageShareException(Error, Message ?? "The share did not complete.") { SipStatus = SipStatus, MsrpStatus = MsrpStatus };
}
