using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Bodies;

/// <summary>Why a multipart body cannot be used. Names and meanings are stable.</summary>
public enum MultipartError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The content type is not multipart.</summary>
    NotMultipart,

    /// <summary>The content type names no boundary, or an empty one.</summary>
    MissingBoundary,

    /// <summary>The boundary is longer than 70 characters or holds control or non-ASCII characters (RFC 2046 §5.1.1).</summary>
    BadBoundary,

    /// <summary>There is no part.</summary>
    NoParts,

    /// <summary>More parts than <see cref="MultipartLimits.MaxParts"/>.</summary>
    TooManyParts,

    /// <summary>Deeper nesting than <see cref="MultipartLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>More header octets or fields in a part than the limits allow.</summary>
    HeadersTooLarge,

    /// <summary>More content than <see cref="MultipartLimits.MaxContentLength"/>.</summary>
    ContentTooLarge,
}

/// <summary>What came out of reading a multipart body.</summary>
/// <param name="Error">Why it cannot be used, or <see cref="MultipartError.None"/>.</param>
/// <param name="Offset">The octet offset in the body where the error is.</param>
/// <param name="Body">The parts; null when there is an error.</param>
/// <param name="Warnings">What was tolerated, in the order of the octets.</param>
public sealed record MultipartReadResult(MultipartError Error, int Offset, MultipartBody? Body, ImmutableArray<BodyWarning> Warnings)
{
    /// <summary>Whether there is a body to use.</summary>
    [MemberNotNullWhen(true, nameof(Body))]
    public bool IsSuccess => Error == MultipartError.None;
}
