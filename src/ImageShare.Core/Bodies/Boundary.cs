using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>The rules for boundaries (RFC 2046 §5.1.1).</summary>
internal static class Boundary
{
    public const int MaxLength = 70;

    private static readonly SearchValues<char> LegalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+_,-./:=? ");

    /// <summary>Gets the boundary from a content type. A trailing space is not part of it: any delimiter may be followed by white space.</summary>
    public static MultipartError TryGet(MediaType contentType, [NotNullWhen(true)] out string? boundary)
    {
        boundary = null;
        string? value = contentType.Parameters.GetValue("boundary")?.TrimEnd(' ');
        if (string.IsNullOrEmpty(value))
        {
            return MultipartError.MissingBoundary;
        }

        if (value.Length > MaxLength || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return MultipartError.BadBoundary;
        }

        boundary = value;
        return MultipartError.None;
    }

    /// <summary>The offset of a line that contains only the delimiter and trailing white space; -1 if there is none.</summary>
    public static int IndexOfLine(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> delimiter, bool isLineStart)
    {
        for (int at = 0, hit; (hit = bytes[at..].IndexOf(delimiter)) >= 0; at += hit + 1)
        {
            ReadOnlySpan<byte> before = bytes[..(at + hit)];
            ReadOnlySpan<byte> behind = bytes[(at + hit + delimiter.Length)..];
            if ((before.IsEmpty ? isLineStart : before[^1] == '\n') && behind[..(behind.IndexOf((byte)'\n') is >= 0 and int end ? end : behind.Length)].IndexOfAnyExcept(" \t\r"u8) < 0)
            {
                return at + hit;
            }
        }

        return -1;
    }

    public static bool IsLegal(ReadOnlySpan<char> value) =>
        value.Length is >= 1 and <= MaxLength && value[^1] != ' ' && !value.ContainsAnyExcept(LegalCharacters);

    /// <summary>Whether it must be quoted as a parameter (RFC 2045 §5.1).</summary>
    public static bool NeedsQuotes(string value) => !Grammar.IsMimeToken(value);

    /// <exception cref="ImageShareException">The boundary is invalid or occurs in a part.</exception>
    public static void ThrowIfUnusable(string? boundary, ImmutableArray<BodyPart> parts)
    {
        if (!IsLegal(boundary) || OccursIn(parts, boundary!))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue,
                "The boundary of a multipart body is empty, longer than 70 characters, contains characters RFC 2046 does not allow, or occurs in one of the parts; "
                + "omit it to let the library choose one.");
        }
    }

    /// <summary>Chooses a random boundary that occurs in no part.</summary>
    public static string Choose(ImmutableArray<BodyPart> parts) => Choose(parts, () => RandomToken.Create());

    /// <summary>Returns the first candidate that occurs in no part, neither in its content nor in a nested boundary.</summary>
    public static string Choose(ImmutableArray<BodyPart> parts, Func<string> nextCandidate)
    {
        while (true)
        {
            string candidate = nextCandidate();
            if (!OccursIn(parts, candidate))
            {
                return candidate;
            }
        }
    }

    public static bool OccursIn(ImmutableArray<BodyPart> parts, string boundary)
    {
        byte[] delimiter = Encoding.ASCII.GetBytes("--" + boundary);
        return parts.Any(p => p.Multipart is { } inner
            ? ("--" + inner.ContentType.Parameters.GetValue("boundary")).StartsWith("--" + boundary, StringComparison.Ordinal) || OccursIn(inner.Parts, boundary)
            : p.TransferEncoding != TransferEncoding.Base64 && p.Content.Span.IndexOf(delimiter) >= 0);
    }
}
