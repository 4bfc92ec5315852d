namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>What a <see cref="BodyUnwrapper"/> has read.</summary>
public enum UnwrapEventKind
{
    /// <summary>A part with content of its own begins: <see cref="UnwrapEvent.Part"/>.</summary>
    PartBegin,

    /// <summary>Decoded octets of the part that is open.</summary>
    Content,

    /// <summary>The open part has ended.</summary>
    PartEnd,

    /// <summary>The message has ended.</summary>
    End,
}

/// <summary>One event of a <see cref="BodyUnwrapper"/>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Part">Of a beginning part its headers; null otherwise. Its own content is empty.</param>
/// <param name="Content">The octets, until more is given.</param>
/// <param name="IsDamaged">
/// At the end of a part: whether its transfer encoding is unknown or broken, so that what was handed out is not its content.
/// </param>
public readonly record struct UnwrapEvent(UnwrapEventKind Kind, BodyPart? Part, ReadOnlyMemory<byte> Content, bool IsDamaged);

/// <summary>Why a wrapped message cannot be read. Names and meanings are stable.</summary>
public enum UnwrapError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The outermost multipart names no boundary, or one that cannot be used.</summary>
    BadBoundary,

    /// <summary>The outermost multipart has no part.</summary>
    NoParts,

    /// <summary>More parts than <see cref="MultipartLimits.MaxParts"/>.</summary>
    TooManyParts,

    /// <summary>Deeper nesting than <see cref="MultipartLimits.MaxDepth"/>; a message/cpim counts as a level.</summary>
    TooDeep,

    /// <summary>More header octets or fields in a part than the limits allow.</summary>
    HeadersTooLarge,

    /// <summary>A message/cpim without the head of one.</summary>
    BadCpimHead,

    /// <summary>A message/cpim requires something to be understood that is not (RFC 3862 §4.7).</summary>
    UnknownRequirement,
}
