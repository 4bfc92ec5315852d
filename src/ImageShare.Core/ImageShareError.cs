namespace ImageShare.Core;

/// <summary>
/// Why a share, a query or a call into the library failed. Every <see cref="ImageShareException"/> and every failed
/// share result carries exactly one of these; the message beside it says what to do next.
/// </summary>
public enum ImageShareError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The image to share does not exist or cannot be read.</summary>
    FileNotFound,

    /// <summary>The image is empty, changed while it was shared, or could not be read to its end.</summary>
    SourceUnreadable,

    /// <summary>The peer does not take this type of image (its accept-types, RFC 4975 §8.6).</summary>
    TypeNotAccepted,

    /// <summary>The image is larger than the peer or the local limit takes (max-size, RFC 4975 §8.6).</summary>
    TooLarge,

    /// <summary>The peer's address could not be resolved or nothing answers there (refused, unreachable).</summary>
    PeerUnreachable,

    /// <summary>Nobody answered in time (SIP timers B and F, 408, 480, or the caller's own time limit).</summary>
    NoAnswer,

    /// <summary>The peer declined the share (603, IR.79 §3.4).</summary>
    Declined,

    /// <summary>The peer is busy (486 or 600).</summary>
    Busy,

    /// <summary>The peer answered, but cannot share images.</summary>
    NotCapable,

    /// <summary>The peer refused with a SIP status that has no code of its own here; the status is in the exception.</summary>
    Rejected,

    /// <summary>The peer wants credentials that were not given, or refused those that were (401, 403, 407).</summary>
    AuthenticationFailed,

    /// <summary>The share was cancelled, by this side or by the peer.</summary>
    Cancelled,

    /// <summary>The SIP or MSRP connection was lost before the share was complete.</summary>
    ConnectionLost,

    /// <summary>The invitation succeeded, but the MSRP connection was not made or not bound in time.</summary>
    MediaNotConnected,

    /// <summary>Nothing moved on the MSRP session for longer than the idle limit.</summary>
    TransferStalled,

    /// <summary>The peer refused the image during the transfer (an MSRP status other than 200), or says that something failed on its side.</summary>
    TransferRefused,

    /// <summary>The octets that arrived are not as many as the offer said.</summary>
    SizeMismatch,

    /// <summary>The hash of what arrived is not the hash the offer named (RFC 5547 §6).</summary>
    HashMismatch,

    /// <summary>The place received images go to does not exist or may not be written.</summary>
    StoreNotWritable,

    /// <summary>There is no room left for the received image.</summary>
    DiskFull,

    /// <summary>The address or port to listen on is in use or does not belong to this machine.</summary>
    AddressInUse,

    /// <summary>The peer's message breaks its protocol in a way that cannot be lived with.</summary>
    MalformedMessage,

    /// <summary>The peer's offer or answer cannot be used for an image share.</summary>
    UnacceptableOffer,

    /// <summary>A value the application gave cannot be written in a message.</summary>
    InvalidValue,

    /// <summary>The object was closed, or the operation does not fit its present state.</summary>
    InvalidState,

    /// <summary>The peer's TLS certificate is not trusted, not valid now, not for the name asked for (RFC 5922), or not the one its session description names (RFC 8122). Nothing was sent to it.</summary>
    CertificateNotTrusted,

    /// <summary>A peer offered the rest of an image, and what goes before is not here. The peer was told, and may offer the whole image.</summary>
    NothingToResume,

    /// <summary>The image that was to be fetched is not at the peer, or several are that fit, or it serves none (488, or port 0 in its answer; RFC 5547 §8.3.2).</summary>
    ImageNotFound,
    /// <summary>
    /// The MSRP relay of this side (<see cref="ImageShareOptions.MsrpRelays"/>) could not be connected to, did not answer in time, or closed the connection.
    /// </summary>
    RelayUnreachable,

    /// <summary>The MSRP relay of this side answered and granted nothing: wrong user or password (401), not allowed (403), or what it said makes no sense. The status is in the exception.</summary>
    RelayRefused,

    /// <summary>The peer wrapped the image in another content, and no part of it has the type that was offered.</summary>
    ImageMissing,

    /// <summary>The peer wrapped the image in another content, and more than one part of it has the type that was offered.</summary>
    ImageAmbiguous,

    /// <summary>The peer answered the capability query and left open whether it can share images; share without asking (<c>QueryFirst = false</c>).</summary>
    CapabilityUnknown,

    /// <summary>The peer is to be found elsewhere (SIP 3xx): at the addresses in the result.</summary>
    Redirected,
}
