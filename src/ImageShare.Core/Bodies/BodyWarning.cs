namespace ImageShare.Core.Bodies;

/// <summary>Something a body does that the rules do not like and the reader lived with.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Offset">The octet offset in the body.</param>
public readonly record struct BodyWarning(BodyWarningCode Code, int Offset);

/// <summary>The tolerated deviations. Names and meanings are stable; new ones may be added.</summary>
public enum BodyWarningCode
{
    /// <summary>No deviation.</summary>
    None = 0,

    /// <summary>A delimiter or header line ends in LF alone.</summary>
    BareLineFeed,

    /// <summary>The body ends without a close delimiter; what came last may be cut short.</summary>
    MissingCloseDelimiter,

    /// <summary>The boundary holds characters RFC 2046 §5.1.1 does not allow.</summary>
    IllegalBoundary,

    /// <summary>Nothing, not even an empty line, stands between two delimiters; passed over.</summary>
    EmptyPart,

    /// <summary>The header lines of a part run into the delimiter; its content is empty.</summary>
    MissingEmptyLine,

    /// <summary>A header line without a colon or name, or with a NUL or CR inside; ignored.</summary>
    MalformedHeader,

    /// <summary>White space before the colon of a header line.</summary>
    SpaceBeforeColon,

    /// <summary>A Content header field that occurs twice in one part; the first one counts.</summary>
    RepeatedHeader,

    /// <summary>A Content-Type that cannot be read; the part counts as application/octet-stream.</summary>
    UnreadableContentType,

    /// <summary>A Content-ID that is empty, or without its angle brackets.</summary>
    UnusualContentId,

    /// <summary>A Content-Disposition that cannot be read; ignored.</summary>
    UnreadableDisposition,

    /// <summary>Two parts with one Content-ID: neither can be referred to.</summary>
    DuplicateContentId,

    /// <summary>A Content-Length on a part (RFC 5547 erratum 3190); ignored.</summary>
    PartContentLength,

    /// <summary>A transfer encoding nobody knows; the part has no usable content.</summary>
    UnknownTransferEncoding,

    /// <summary>Base64 that cannot be decoded; the part has no usable content.</summary>
    BadBase64,

    /// <summary>Base64 without its closing equals signs; decoded all the same.</summary>
    MissingBase64Padding,

    /// <summary>A multipart inside cannot be read; it counts as one opaque part.</summary>
    UnreadableNestedBody,

    /// <summary>The start parameter names no part; the first part is the root.</summary>
    DanglingStart,

    /// <summary>Quoted-printable with more blanks at the end of a line than a line has room for; the part has no usable content.</summary>
    BadQuotedPrintable,
}
