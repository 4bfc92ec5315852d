namespace ImageShare.Core.Msrp.Framing;

/// <summary>What is wrong in a stream, and at which byte.</summary>
/// <param name="Code">What is wrong.</param>
/// <param name="Offset">The offset, from the first byte the decoder was given, of the line or byte that is wrong.</param>
public readonly record struct MsrpReadError(MsrpReadErrorCode Code, long Offset);

/// <summary>What can be wrong in a stream.</summary>
public enum MsrpReadErrorCode
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The start line does not begin with <c>MSRP</c> and a space. The stream cannot be read any further.</summary>
    NotMsrp,

    /// <summary>The start line has no transaction id of the right form. The stream cannot be read any further.</summary>
    BadTransactionId,

    /// <summary>More than <see cref="MsrpLimits.MaxBlankLines"/> empty lines between two messages. The stream is not read any further.</summary>
    TooManyBlankLines,

    /// <summary>The head is longer than <see cref="MsrpLimits.MaxHeadBytes"/>. The stream cannot be read any further.</summary>
    HeadTooLong,

    /// <summary>The body of a request that is no SEND is longer than <see cref="MsrpLimits.MaxNonSendBodyBytes"/>. The stream cannot be read any further.</summary>
    BodyTooLong,

    /// <summary>The transaction id is followed by neither a method in capitals nor a three-digit status.</summary>
    BadStartLine,

    /// <summary>A header line has no name and colon, or holds CR, LF or NUL.</summary>
    BadHeader,

    /// <summary>A header line begins with white space; MSRP knows no folding.</summary>
    FoldedLine,

    /// <summary>A header that may occur once occurs twice.</summary>
    RepeatedHeader,

    /// <summary>To-Path or From-Path is missing.</summary>
    MissingPath,

    /// <summary>To-Path or From-Path is no list of MSRP URIs, or has more than <see cref="MsrpLimits.MaxPathUris"/>.</summary>
    BadPath,

    /// <summary>The Message-ID has the wrong form.</summary>
    BadMessageId,

    /// <summary>The Byte-Range has the wrong form.</summary>
    BadByteRange,

    /// <summary>Success-Report, Failure-Report or Status has the wrong form.</summary>
    BadReport,

    /// <summary>The Content-Type has the wrong form.</summary>
    BadContentType,
}
