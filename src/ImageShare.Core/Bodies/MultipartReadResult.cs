using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Bodies;

/// <summary>Why a multipart body could not be read. Names and meanings are stable.</summary>
public enum MultipartError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The content type is not multipart.</summary>
    NotMultipart,

    /// <summary>The content type has no boundary, or an empty one.</summary>
    MissingBoundary,

    /// <summary>The boundary is longer than 70 characters or contains control or non-ASCII characters (RFC 2046 §5.1.1).</summary>
    BadBoundary,

    /// <summary>There is no part.</summary>
    NoParts,

    /// <summary>More parts than <see cref="MultipartLimits.MaxParts"/>.</summary>
    TooManyParts,

    /// <summary>Deeper nesting than <see cref="MultipartLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>The header of a part exceeds the limits for size or number of fields.</summary>
    HeadersTooLarge,

    /// <summary>More content than <see cref="MultipartLimits.MaxContentBytes"/>.</summary>
    ContentTooLarge,
}

/// <summary>The result of reading a multipart body.</summary>
public sealed record MultipartReadResult
{
    internal MultipartReadResult(MultipartError error, int offset, MultipartBody? body, ImmutableArray<BodyWarning> warnings)
    {
        Error = error;
        Offset = offset;
        Body = body;
        Warnings = warnings;
    }

    /// <summary>The error, or <see cref="MultipartError.None"/>.</summary>
    public MultipartError Error { get; init; }

    /// <summary>The byte offset of the error in the body.</summary>
    public int Offset { get; init; }

    /// <summary>The body; null if there is an error.</summary>
    public MultipartBody? Body { get; init; }

    /// <summary>The tolerated deviations, in order of their offsets.</summary>
    public ImmutableArray<BodyWarning> Warnings { get; init; }

    /// <summary>Whether the body was read.</summary>
    [MemberNotNullWhen(true, nameof(Body))]
    public bool IsSuccess => Error == MultipartError.None;
}
