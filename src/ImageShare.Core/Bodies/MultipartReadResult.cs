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
/// <param name="Error">The error, or <see cref="MultipartError.None"/>.</param>
/// <param name="Offset">The byte offset of the error in the body.</param>
/// <param name="Body">The body; null if there is an error.</param>
/// <param name="Warnings">The tolerated deviations, in order of their offsets.</param>
public sealed record MultipartReadResult(MultipartError Error, int Offset, MultipartBody? Body, ImmutableArray<BodyWarning> Warnings)
{
    /// <summary>Whether the body was read.</summary>
    [MemberNotNullWhen(true, nameof(Body))]
    public bool IsSuccess => Error == MultipartError.None;
}
