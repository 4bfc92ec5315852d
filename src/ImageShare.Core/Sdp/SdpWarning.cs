namespace ImageShare.Core.Sdp;

/// <summary>A tolerated deviation of a session description from its specification.</summary>
/// <param name="Code">The deviation.</param>
/// <param name="Offset">The byte offset of the line from the start of the text.</param>
public readonly record struct SdpWarning(SdpWarningCode Code, int Offset)
{
    /// <summary>The clause that is violated, such as <c>RFC 4975 §8.6</c>.</summary>
    public string Clause => Code switch
    {
        SdpWarningCode.EmptySessionName => "RFC 8866 §5.3",
        SdpWarningCode.MissingTiming => "RFC 8866 §5.9",
        SdpWarningCode.WeakSessionId => "RFC 8866 §5.2",
        SdpWarningCode.UnknownAttribute or SdpWarningCode.UnreadableAttribute => "RFC 8866 §5.13",
        SdpWarningCode.FileDateSpelling or SdpWarningCode.UnusableHash or SdpWarningCode.UnknownFileSelector or SdpWarningCode.RepeatedFileSelector
            or SdpWarningCode.FileRangePastSize => "RFC 5547 §6",
        SdpWarningCode.SelectorWithoutTransferId => "RFC 5547 §8.1",
        SdpWarningCode.SelectorWithoutDirection => "RFC 5547 §8.2",
        SdpWarningCode.ShortPathSessionId => "RFC 4975 §14.1",
        SdpWarningCode.NoSetup => "RFC 6135 §4.2",
        SdpWarningCode.FileTypeNotAccepted or SdpWarningCode.NoMaxSize or SdpWarningCode.NoAcceptTypes => "RFC 4975 §8.6",
        SdpWarningCode.NoPath => "RFC 4975 §8.1",
        SdpWarningCode.PathWithoutTransport => "RFC 4975 §6",
        SdpWarningCode.PathSchemeMismatch => "RFC 4975 §14.2",
        SdpWarningCode.TwoDirections => "RFC 8866 §6.7",
        SdpWarningCode.BeyondImageShare => "GSMA IR.79 §1",
        _ => "RFC 8866 §5",
    };
}

/// <summary>The tolerated deviations. Names and meanings are stable; new ones may be added.</summary>
public enum SdpWarningCode
{
    /// <summary>No deviation.</summary>
    None = 0,

    /// <summary>A line ends in LF alone (RFC 8866 §5 requires CRLF).</summary>
    BareLineFeed,

    /// <summary>The last line has no line end.</summary>
    MissingFinalLineEnd,

    /// <summary>There is an empty line.</summary>
    EmptyLine,

    /// <summary>A line is out of order (RFC 8866 §5).</summary>
    LineOutOfOrder,

    /// <summary>A line that may occur only once is repeated; the first one counts.</summary>
    RepeatedLine,

    /// <summary>A line of an undefined type; kept and ignored.</summary>
    UnknownLine,

    /// <summary>A c=, t=, b=, k= or other line is malformed; kept and ignored.</summary>
    UnreadableLine,

    /// <summary>Bytes that are not UTF-8 were replaced by U+FFFD.</summary>
    NotUtf8,

    /// <summary>The s= line is missing or empty (RFC 8866 §5.3 requires at least a dash).</summary>
    EmptySessionName,

    /// <summary>There is no t= line.</summary>
    MissingTiming,

    /// <summary>An unknown attribute; kept and ignored.</summary>
    UnknownAttribute,

    /// <summary>A known attribute with a malformed value; kept, but treated as absent.</summary>
    UnreadableAttribute,

    /// <summary>The session id of the o= line is too small to be unique (RFC 8866 §5.2).</summary>
    WeakSessionId,

    /// <summary>A file-date that is not a quoted RFC 5322 date with a numeric zone (RFC 5547 §6), but could be read.</summary>
    FileDateSpelling,

    /// <summary>The session id of the MSRP path has less than 80 bits of randomness (RFC 4975 §14.1).</summary>
    ShortPathSessionId,

    /// <summary>No a=setup in an MSRP section (RFC 6135 §4.2.1): the offerer connects.</summary>
    NoSetup,

    /// <summary>accept-types does not include the type of the offered file.</summary>
    FileTypeNotAccepted,

    /// <summary>message/cpim or an icon, which IR.79 §1 excludes from Image Share.</summary>
    BeyondImageShare,

    /// <summary>No a=max-size in an MSRP section: the size limit is unknown.</summary>
    NoMaxSize,

    /// <summary>A hash with an unsupported algorithm or the wrong length; ignored.</summary>
    UnusableHash,

    /// <summary>An unknown file selector; kept and ignored.</summary>
    UnknownFileSelector,

    /// <summary>No a=path in an MSRP section (RFC 4975 §8.1).</summary>
    NoPath,

    /// <summary>A URI in a=path lacks <c>;tcp</c> (RFC 4975 §6).</summary>
    PathWithoutTransport,

    /// <summary><c>msrps:</c> in a section without TLS, or <c>msrp:</c> in one with it (RFC 4975 §14.2).</summary>
    PathSchemeMismatch,

    /// <summary>No a=accept-types in an MSRP section (RFC 4975 §8.6).</summary>
    NoAcceptTypes,

    /// <summary>A second a=file-selector in one section; the first one counts.</summary>
    RepeatedFileSelector,

    /// <summary>A file without a=file-transfer-id (RFC 5547 §8.1).</summary>
    SelectorWithoutTransferId,

    /// <summary>A file without a=sendonly or a=recvonly (RFC 5547 §8.2).</summary>
    SelectorWithoutDirection,

    /// <summary>Two directions in one section; the first one counts.</summary>
    TwoDirections,

    /// <summary>A file-range extends beyond the size of the file.</summary>
    FileRangePastSize,
}
