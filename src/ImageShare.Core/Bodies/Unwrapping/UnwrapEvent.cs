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
public readonly record struct UnwrapEvent
{
    internal UnwrapEvent(UnwrapEventKind kind, BodyPart? part, ReadOnlyMemory<byte> content, bool isDamaged)
    {
        Kind = kind;
        Part = part;
        Content = content;
        IsDamaged = isDamaged;
    }

    /// <summary>The kind of event.</summary>
    public UnwrapEventKind Kind { get; init; }

    /// <summary>At the start of a part, its headers, with empty content; otherwise null.</summary>
    public BodyPart? Part { get; init; }

    /// <summary>The content, valid until the next call of another method.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>
    /// At the end of a part: whether its transfer encoding was unknown or malformed, so that the returned bytes are not
    /// its content.
    /// </summary>
    public bool IsDamaged { get; init; }
}

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
