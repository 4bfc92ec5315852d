using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>The rules for the line that separates parts (RFC 2046 §5.1.1).</summary>
internal static class Boundary
{
    public const int MaxLength = 70;

    private static readonly SearchValues<char> LegalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+_,-./:=? ");

    /// <summary>Takes the boundary out of a content type. A trailing space is no part of it: white space may follow any delimiter.</summary>
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

    /// <summary>Where a line stands that holds nothing but that delimiter and white space behind it; -1 when none does.</summary>
    public static int IndexOfLine(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> delimiter, bool isLineStart)
    {
        for (int at = 0, hit; (hit = octets[at..].IndexOf(delimiter)) >= 0; at += hit + 1)
        {
            ReadOnlySpan<byte> before = octets[..(at + hit)];
            ReadOnlySpan<byte> behind = octets[(at + hit + delimiter.Length)..];
            if ((before.IsEmpty ? isLineStart : before[^1] == '\n') && behind[..(behind.IndexOf((byte)'\n') is >= 0 and int end ? end : behind.Length)].IndexOfAnyExcept(" \t\r"u8) < 0)
            {
                return at + hit;
            }
        }

        return -1;
    }

    public static bool IsLegal(ReadOnlySpan<char> value) =>
        value.Length is >= 1 and <= MaxLength && value[^1] != ' ' && !value.ContainsAnyExcept(LegalCharacters);

    /// <summary>Whether it must stand in quotes as a parameter (RFC 2045 §5.1).</summary>
    public static bool NeedsQuotes(string value) => !Grammar.IsMimeToken(value);

    /// <exception cref="ImageShareException">The boundary is not allowed, or occurs in a part.</exception>
    public static void ThrowIfUnusable(string? boundary, ImmutableArray<BodyPart> parts)
    {
        if (!IsLegal(boundary) || OccursIn(parts, boundary!))
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue,
                "The boundary of a multipart body is empty, longer than 70 characters, holds others than RFC 2046 allows, or occurs in one of the parts; "
                + "let the library choose one.");
        }
    }

    /// <summary>A boundary nobody can guess that occurs in no part.</summary>
    public static string Choose(ImmutableArray<BodyPart> parts) => Choose(parts, () => RandomToken.Create());

    /// <summary>The first candidate that occurs in no part, neither in its content nor as, or in, a boundary inside it.</summary>
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
