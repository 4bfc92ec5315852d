namespace ImageShare.Core.Sdp;

/// <summary>Why a text is not a usable session description.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Offset">The octet offset, from the start of the text, of the line that is wrong.</param>
public readonly record struct SdpError(SdpErrorCode Code, int Offset);

/// <summary>The reasons of <see cref="SdpError"/>. Names and meanings are stable.</summary>
public enum SdpErrorCode
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>There is no line at all.</summary>
    Empty,

    /// <summary>More lines than <see cref="SdpLimits.MaxLines"/>.</summary>
    TooManyLines,

    /// <summary>A line longer than <see cref="SdpLimits.MaxLineLength"/>.</summary>
    LineTooLong,

    /// <summary>More m= lines than <see cref="SdpLimits.MaxMedia"/>.</summary>
    TooManyMedia,

    /// <summary>More a= lines in one section than <see cref="SdpLimits.MaxAttributes"/>.</summary>
    TooManyAttributes,

    /// <summary>More formats in an m= line than <see cref="SdpLimits.MaxFormats"/>.</summary>
    TooManyFormats,

    /// <summary>A line that is not a letter, an equals sign and a value (RFC 8866 §5).</summary>
    MalformedLine,

    /// <summary>A NUL, or a CR that does not end a line.</summary>
    ForbiddenOctet,

    /// <summary>There is no v= line.</summary>
    MissingVersion,

    /// <summary>The version is not 0.</summary>
    UnsupportedVersion,

    /// <summary>There is no o= line.</summary>
    MissingOrigin,

    /// <summary>The o= line cannot be read.</summary>
    MalformedOrigin,

    /// <summary>An m= line cannot be read.</summary>
    MalformedMedia,

    /// <summary>A media section that is in use has no c= line, and the session has none either (RFC 8866 §5.7).</summary>
    MissingConnection,
}
