using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>ident = ALPHANUM 3*31ident-char (RFC 4975 §9): the form of transaction ids and Message-IDs. Compared byte for byte.</summary>
internal static class MsrpIdent
{
    public const int MinLength = 4;

    /// <summary>The longest we write; what we read may be longer (<see cref="MsrpLimits.MaxIdLength"/>).</summary>
    public const int MaxWrittenLength = 32;

    private static readonly SearchValues<byte> Chars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+%="u8);

    public static bool IsValid(ReadOnlySpan<byte> text, int maxLength) =>
        IsValidLeading(text, maxLength) && !text.ContainsAnyExcept(Chars);

    /// <summary>As <see cref="IsValid"/>, for what <see cref="Leading"/> gave.</summary>
    public static bool IsValidLeading(ReadOnlySpan<byte> text, int maxLength) =>
        text.Length >= MinLength && text.Length <= maxLength && char.IsAsciiLetterOrDigit((char)text[0]);

    /// <summary>The longest prefix of <paramref name="text"/> that consists of ident characters.</summary>
    public static ReadOnlySpan<byte> Leading(ReadOnlySpan<byte> text)
    {
        int length = text.IndexOfAnyExcept(Chars);
        return length < 0 ? text : text[..length];
    }

    /// <summary>A unique Message-ID: 128 random bits.</summary>
    public static string NewMessageId() => RandomToken.Create();

    /// <exception cref="ArgumentException">The text is no ident of at most 32 characters.</exception>
    public static void ThrowIfInvalid(string text, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, name);
        Span<byte> bytes = stackalloc byte[MaxWrittenLength];
        if (System.Text.Ascii.FromUtf16(text, bytes, out int written) != OperationStatus.Done || !IsValid(bytes[..written], MaxWrittenLength))
        {
            throw new ArgumentException("An MSRP id has 4 to 32 letters, digits and . - + % =, and begins with a letter or digit.", name);
        }
    }
}
