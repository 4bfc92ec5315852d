namespace ImageShare.Core.Sip.Messages;

/// <summary>Why bytes could not be read as a message.</summary>
/// <param name="Code">What is wrong.</param>
/// <param name="Offset">Where, counted from the first byte of the start line.</param>
public readonly record struct SipReadError(SipReadErrorCode Code, int Offset);

/// <summary>What can be wrong with bytes that should be a message. Names are stable: tools print them.</summary>
public enum SipReadErrorCode
{
    /// <summary>Nothing but line breaks: a keep-alive.</summary>
    Empty,

    /// <summary>The first line is neither a request line nor a status line (RFC 3261 §7.1, RFC 3261 §7.2).</summary>
    BadStartLine,

    /// <summary>A response of another SIP version than 2.0.</summary>
    BadVersion,

    /// <summary>
    /// A line ends with LF alone, or with CR alone where a header that every message needs could begin after it. SIP lines end with both (RFC 3261 §7).
    /// </summary>
    BadLineEnd,

    /// <summary>A NUL in the start line, or in a header that every message needs.</summary>
    BadCharacter,

    /// <summary>
    /// A header row without a colon, or whose name is not a token (RFC 3261 §25.1), and which could be read as a header that every message needs.
    /// </summary>
    BadHeaderLine,

    /// <summary>A Content-Length that is not a plain number (RFC 3261 §20.14).</summary>
    BadContentLength,

    /// <summary>Two different Content-Lengths.</summary>
    ConflictingContentLength,

    /// <summary>No Content-Length on a stream, where only it says where the message ends (RFC 3261 §18.3).</summary>
    NoContentLength,

    /// <summary>The empty line after the header is missing.</summary>
    HeaderTruncated,

    /// <summary>The datagram ends before Content-Length bytes of body (RFC 3261 §18.3).</summary>
    BodyTruncated,

    /// <summary>The start line is longer than <see cref="SipLimits.MaxStartLineBytes"/>.</summary>
    StartLineTooLong,

    /// <summary>The header is longer than <see cref="SipLimits.MaxHeaderBytes"/>.</summary>
    HeaderTooLong,

    /// <summary>There are more rows than <see cref="SipLimits.MaxHeaders"/>.</summary>
    TooManyHeaders,

    /// <summary>The body is, or claims to be, longer than <see cref="SipLimits.MaxBodyBytes"/>.</summary>
    BodyTooLong,

    /// <summary>More than <see cref="SipLimits.MaxLeadingLineBreaks"/> empty lines before a message.</summary>
    TooManyLineBreaks,

    /// <summary>A header that every response needs (Via, From, To, Call-ID, CSeq) is missing or cannot be read (RFC 3261 §8.2.6).</summary>
    BadRequiredHeader,
}
