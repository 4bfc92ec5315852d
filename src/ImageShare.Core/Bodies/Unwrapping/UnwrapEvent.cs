namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>The kind of an event of a <see cref="BodyUnwrapper"/>.</summary>
public enum UnwrapEventKind
{
    /// <summary>A leaf part starts: <see cref="UnwrapEvent.Part"/>.</summary>
    PartBegin,

    /// <summary>Decoded content of the current part.</summary>
    Content,

    /// <summary>The current part has ended.</summary>
    PartEnd,

    /// <summary>The message has ended.</summary>
    End,
}

/// <summary>An event of a <see cref="BodyUnwrapper"/>.</summary>
/// <param name="Kind">The kind of event.</param>
/// <param name="Part">At the start of a part, its headers, with empty content; otherwise null.</param>
/// <param name="Content">The content, valid until the next call of another method.</param>
/// <param name="IsDamaged">At the end of a part: whether its transfer encoding was unknown or malformed, so that the returned bytes are not
/// its content.</param>
public readonly record struct UnwrapEvent(UnwrapEventKind Kind, BodyPart? Part, ReadOnlyMemory<byte> Content, bool IsDamaged);

/// <summary>Why a wrapped message could not be read. Names and meanings are stable.</summary>
public enum UnwrapError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The outermost multipart has no boundary or an unusable one.</summary>
    BadBoundary,

    /// <summary>The outermost multipart has no part.</summary>
    NoParts,

    /// <summary>More parts than <see cref="MultipartLimits.MaxParts"/>.</summary>
    TooManyParts,

    /// <summary>Deeper nesting than <see cref="MultipartLimits.MaxDepth"/>; a message/cpim counts as a level.</summary>
    TooDeep,

    /// <summary>The header of a part exceeds the limits for size or number of fields.</summary>
    HeadersTooLarge,

    /// <summary>A message/cpim has malformed headers.</summary>
    BadCpimHead,

    /// <summary>A message/cpim requires an unknown header to be understood (RFC 3862 §4.7).</summary>
    UnknownRequirement,
}
