namespace ImageShare.Core;

/// <summary>
/// Why a share, a query or a call to the library failed. Every <see cref="ImageShareException"/> and every failed <see
/// cref="Sharing.ImageShareResult"/> has exactly one of these codes; the accompanying message says what to do next.
/// </summary>
public enum ImageShareError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The image to share does not exist or cannot be read.</summary>
    FileNotFound,

    /// <summary>The image is empty, changed while it was being shared, or could not be read completely.</summary>
    SourceUnreadable,

    /// <summary>The peer does not accept this type of image (accept-types, RFC 4975 §8.6).</summary>
    TypeNotAccepted,

    /// <summary>The image exceeds the size limit of the peer or of this side (max-size, RFC 4975 §8.6).</summary>
    TooLarge,

    /// <summary>The peer's address could not be resolved, or nothing answers there (connection refused, host unreachable).</summary>
    PeerUnreachable,

    /// <summary>There was no answer in time (SIP timers B and F, 408, 480, or the caller's own timeout).</summary>
    NoAnswer,

    /// <summary>The peer declined the share (603, IR.79 §3.4).</summary>
    Declined,

    /// <summary>The peer is busy (486 or 600).</summary>
    Busy,

    /// <summary>The peer answered, but cannot share images.</summary>
    NotCapable,

    /// <summary>The peer refused with a SIP status that has no code of its own; see <see cref="ImageShareException.SipStatus"/>.</summary>
    Rejected,

    /// <summary>The peer requires credentials that were not configured, or rejected them (401, 403, 407).</summary>
    AuthenticationFailed,

    /// <summary>The share was cancelled, by this side or by the peer.</summary>
    Cancelled,

    /// <summary>The SIP or MSRP connection was lost before the share was complete.</summary>
    ConnectionLost,

    /// <summary>The invitation was accepted, but the MSRP connection was not established or not bound in time.</summary>
    MediaNotConnected,

    /// <summary>The transfer made no progress for longer than the idle timeout.</summary>
    TransferStalled,

    /// <summary>The peer refused the image during the transfer (an MSRP status other than 200), or reported a failure on its side.</summary>
    TransferRefused,

    /// <summary>The number of bytes received differs from the offer.</summary>
    SizeMismatch,

    /// <summary>The hash of the received image differs from the offer (RFC 5547 §6).</summary>
    HashMismatch,

    /// <summary>The store for received images does not exist or is not writable.</summary>
    StoreNotWritable,

    /// <summary>There is not enough space for the received image.</summary>
    DiskFull,

    /// <summary>The address or port to listen on is in use or does not belong to this machine.</summary>
    AddressInUse,

    /// <summary>The peer violated the protocol in a way that cannot be tolerated.</summary>
    MalformedMessage,

    /// <summary>The peer's offer or answer is not usable for an image share.</summary>
    UnacceptableOffer,

    /// <summary>A value supplied by the application is invalid or cannot be written in a message.</summary>
    InvalidValue,

    /// <summary>The object was closed, or the operation is not valid in its current state.</summary>
    InvalidState,

    /// <summary>
    /// The peer's TLS certificate is not trusted, has expired or is not yet valid, does not match the requested name (RFC 5922), or does not
    /// match the fingerprint in its session description (RFC 8122). Nothing was sent to the peer.
    /// </summary>
    CertificateNotTrusted,

    /// <summary>A peer offered the rest of an image, but the beginning is not in the store. The peer was told and may offer the whole image.</summary>
    NothingToResume,

    /// <summary>
    /// The image to fetch was not found: the peer does not have it, several images match, or it serves none (488, or port 0 in its answer;
    /// RFC 5547 §8.3.2).
    /// </summary>
    ImageNotFound,
    /// <summary>
    /// The MSRP relay of this side (<see cref="ImageShareOptions.MsrpRelays"/>) could not be reached, did not answer in time, or closed the
    /// connection.
    /// </summary>
    RelayUnreachable,

    /// <summary>
    /// The MSRP relay of this side did not grant a path: wrong user or password (401), not allowed (403), or an invalid answer. The status is
    /// in the exception.
    /// </summary>
    RelayRefused,

    /// <summary>The peer wrapped the image in a multipart or CPIM body that has no part of the offered type.</summary>
    ImageMissing,

    /// <summary>The peer wrapped the image in a multipart or CPIM body that has more than one part of the offered type.</summary>
    ImageAmbiguous,

    /// <summary>
    /// The peer's answer to the capability query does not say whether it can share images; set <c>QueryFirst = false</c> to share without
    /// asking.
    /// </summary>
    CapabilityUnknown,

    /// <summary>The peer redirected the invitation (SIP 3xx); the new addresses are in <see cref="Sharing.ImageShareResult.RedirectedTo"/>.</summary>
    Redirected,

    /// <summary>
    /// The registrar refused the registration, or answered without registering this side. Its status, if it refused, is in
    /// <see cref="ImageShareException.SipStatus"/>. Wrong credentials are <see cref="AuthenticationFailed"/>.
    /// </summary>
    RegistrationRefused,

    /// <summary>
    /// A socket on which the client listens is beyond repair, so peers no longer reach it (<see cref="ImageShareClient.Completion"/>). Dispose of the client and
    /// start another.
    /// </summary>
    ListenerFailed,
}
