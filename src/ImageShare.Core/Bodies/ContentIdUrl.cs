using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;
using MimeKit.Utils;

namespace ImageShare.Core.Bodies;

/// <summary>
/// cid: URLs and the Content-IDs they refer to (RFC 2392 §2): the URL is the id, percent-encoded, without its angle brackets.
/// </summary>
public static class ContentIdUrl
{
    private const string Scheme = "cid:";

    private static readonly SearchValues<byte> Unescaped =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@!$'()*+,;=&"u8);

    /// <summary>A new Content-ID nobody else has: 128 random bits, at the given host.</summary>
    /// <param name="host">What stands behind the at sign; it need not exist, and should not name this machine.</param>
    public static string CreateContentId(string host = "imageshare.invalid")
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return $"{RandomToken.Create()}@{host}";
    }

    /// <summary>The URL of a Content-ID given without angle brackets.</summary>
    public static string ToUrl(string contentId)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentId);
        var output = new ArrayBufferWriter<byte>();
        output.WriteUtf8(Scheme);
        PercentEncoding.Write(output, contentId, Unescaped);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    /// <summary>The Content-ID, without angle brackets, that a URL refers to. False when it is no cid: URL or names nothing.</summary>
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

    /// <summary>A Content-ID as it stands in a header field or start parameter, without brackets and comments; null when there is none.</summary>
    internal static string? ReadContentId(byte[] value) => MimeUtils.ParseMessageId(value, 0, value.Length) is { Length: > 0 } id ? id : null;

    /// <summary>The same of text.</summary>
    internal static string? ReadContentId(string value) => ReadContentId(Encoding.UTF8.GetBytes(value));
}
