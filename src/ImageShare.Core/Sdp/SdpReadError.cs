namespace ImageShare.Core.Sdp;

/// <summary>Why a session description could not be read.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Offset">The byte offset of the faulty line from the start of the text.</param>
public readonly record struct SdpReadError(SdpReadErrorCode Code, int Offset);

/// <summary>The reasons for <see cref="SdpReadError"/>. Names and meanings are stable.</summary>
public enum SdpReadErrorCode
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The text is empty.</summary>
    Empty,

    /// <summary>More lines than <see cref="SdpLimits.MaxLines"/>.</summary>
    TooManyLines,

    /// <summary>A line longer than <see cref="SdpLimits.MaxLineBytes"/>.</summary>
    LineTooLong,

    /// <summary>More m= lines than <see cref="SdpLimits.MaxMedia"/>.</summary>
    TooManyMedia,

    /// <summary>More a= lines in one section than <see cref="SdpLimits.MaxAttributes"/>.</summary>
    TooManyAttributes,

    /// <summary>More formats in an m= line than <see cref="SdpLimits.MaxFormats"/>.</summary>
    TooManyFormats,

    /// <summary>A line does not have the form letter, equals sign, value (RFC 8866 §5).</summary>
    MalformedLine,

    /// <summary>The text contains a NUL, or a CR that does not end a line.</summary>
    ForbiddenByte,

    /// <summary>There is no v= line.</summary>
    MissingVersion,

    /// <summary>The version is not 0.</summary>
    UnsupportedVersion,

    /// <summary>There is no o= line.</summary>
    MissingOrigin,

    /// <summary>The o= line is malformed.</summary>
    MalformedOrigin,

    /// <summary>An m= line is malformed.</summary>
    MalformedMedia,

    /// <summary>A media section in use has no c= line, and neither has the session (RFC 8866 §5.7).</summary>
    MissingConnection,
}
