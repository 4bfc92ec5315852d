using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;
using MimeKit.Utils;

namespace ImageShare.Core.Bodies;

/// <summary>Converts between Content-IDs and cid: URLs (RFC 2392 §2): the URL is the percent-encoded id without angle brackets.</summary>
public static class ContentIdUrl
{
    private const string Scheme = "cid:";

    private static readonly SearchValues<byte> Unescaped =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@!$'()*+,;=&"u8);

    /// <summary>Creates a unique Content-ID with 128 random bits.</summary>
    /// <param name="host">The part after the at sign. It need not exist, and should not reveal this machine's name.</param>
    public static string CreateContentId(string host = "imageshare.invalid")
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return $"{RandomToken.Create()}@{host}";
    }

    /// <summary>The URL of a Content-ID, which is given without angle brackets.</summary>
    public static string ToUrl(string contentId)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentId);
        var output = new ArrayBufferWriter<byte>();
        output.WriteUtf8(Scheme);
        PercentEncoding.Write(output, contentId, Unescaped);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    /// <summary>Gets the Content-ID, without angle brackets, from a URL. False if it is not a cid: URL or is empty.</summary>
    public static bool TryParse(string? url, [NotNullWhen(true)] out string? contentId)
    {
        contentId = null;
        string text = url?.Trim() ?? string.Empty;
        if (text.Length <= Scheme.Length || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        text = text[Scheme.Length..];
        contentId = text.Contains('%', StringComparison.Ordinal) ? PercentEncoding.Decode(Encoding.UTF8.GetBytes(text)) : text;
        return true;
    }

    /// <summary>Whether this can be written between angle brackets and read back.</summary>
    internal static bool IsContentId(ReadOnlySpan<char> id) => !id.IsEmpty && !id.ContainsAny("<> \t");

    /// <summary>Reads a Content-ID from a header field or start parameter, without brackets and comments; null if there is none.</summary>
    internal static string? ReadContentId(byte[] value) => MimeUtils.ParseMessageId(value, 0, value.Length) is { } id && IsContentId(id) ? id : null;

    /// <summary>The same for a string.</summary>
    internal static string? ReadContentId(string value) => ReadContentId(Encoding.UTF8.GetBytes(value));
}
