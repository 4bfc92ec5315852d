namespace ImageShare.Core.Bodies;

/// <summary>A tolerated deviation of a body from its specification.</summary>
/// <param name="Code">The deviation.</param>
/// <param name="Offset">The byte offset in the body.</param>
public readonly record struct BodyWarning(BodyWarningCode Code, int Offset);

/// <summary>The tolerated deviations. Names and meanings are stable; new ones may be added.</summary>
public enum BodyWarningCode
{
    /// <summary>No deviation.</summary>
    None = 0,

    /// <summary>A delimiter or header line ends in LF alone.</summary>
    BareLineFeed,

    /// <summary>The body ends without a close delimiter; the last part may be truncated.</summary>
    MissingCloseDelimiter,

    /// <summary>The boundary contains characters RFC 2046 §5.1.1 does not allow.</summary>
    IllegalBoundary,

    /// <summary>There is nothing between two delimiters, not even an empty line; ignored.</summary>
    EmptyPart,

    /// <summary>The header of a part is not followed by an empty line before the delimiter; its content is empty.</summary>
    MissingEmptyLine,

    /// <summary>A header line without a colon or name, or with a NUL or CR inside; ignored.</summary>
    MalformedHeader,

    /// <summary>White space before the colon of a header line.</summary>
    SpaceBeforeColon,

    /// <summary>A repeated Content header field in a part; the first one counts.</summary>
    RepeatedHeader,

    /// <summary>A malformed Content-Type; the part counts as application/octet-stream.</summary>
    UnreadableContentType,

    /// <summary>A Content-ID that is empty or lacks angle brackets.</summary>
    UnusualContentId,

    /// <summary>A malformed Content-Disposition; ignored.</summary>
    UnreadableDisposition,

    /// <summary>Two parts have the same Content-ID: neither can be referenced.</summary>
    DuplicateContentId,

    /// <summary>A Content-Length on a part (RFC 5547 erratum 3190); ignored.</summary>
    PartContentLength,

    /// <summary>An unknown transfer encoding; the part has no usable content.</summary>
    UnknownTransferEncoding,

    /// <summary>Malformed base64; the part has no usable content.</summary>
    BadBase64,

    /// <summary>Base64 without padding; decoded anyway.</summary>
    MissingBase64Padding,

    /// <summary>A malformed nested multipart; it counts as one opaque part.</summary>
    UnreadableNestedBody,

    /// <summary>The start parameter does not refer to a part; the first part is the root.</summary>
    DanglingStart,

    /// <summary>Quoted-printable with too many blanks at the end of a line; the part has no usable content.</summary>
    BadQuotedPrintable,
}
