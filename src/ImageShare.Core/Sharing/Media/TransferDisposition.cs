using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Images;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// The Content-Disposition of a transferred file: name, size and dates in the MSRP message itself (RFC 5547 §8.7, RFC 2183). Non-ASCII names
/// are encoded according to RFC 2231 §4.
/// </summary>
internal static class TransferDisposition
{
    private const int MostSections = 16;

    // attribute-char of RFC 2231 §7.
    private static readonly SearchValues<byte> AttributeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`{|}~"u8);

    /// <summary>The header value for the message or a part of it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="mayDisplay">Whether the receiver may display it at once (render) or should only store it (attachment).</param>
    public static ContentDisposition Of(ImageDescription image, bool mayDisplay = true)
    {
        ParameterList parameters = WithName(default, image.Name).With("size", image.Size.ToString(CultureInfo.InvariantCulture));
        parameters = WithDate(parameters, "creation-date", image.Created);
        parameters = WithDate(parameters, "modification-date", image.Modified);
        return new ContentDisposition(mayDisplay ? "render" : "attachment", parameters);
    }

    /// <summary>The header value as text.</summary>
    public static string Write(ImageDescription image, bool mayDisplay = true)
    {
        var output = new ArrayBufferWriter<byte>();
        Of(image, mayDisplay).Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Finds and reads the header; null if it is missing or malformed. Unreadable parameters are left out.</summary>
    public static SentFile? Read(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        string? text = headers.FirstOrDefault(static h => h.Key.Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase)).Value;
        return text is not null && ContentDisposition.TryParse(Encoding.UTF8.GetBytes(text), out ContentDisposition? value) ? Read(value) : null;
    }

    /// <summary>Reads the header value. Unreadable parameters are left out.</summary>
    public static SentFile Read(ContentDisposition value) => new()
    {
        MayDisplay = !value.Is("attachment"),
        Name = ReadName(value.Parameters),
        Size = long.TryParse(value.Parameters.GetValue("size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : null,
        Created = ReadDate(value.Parameters, "creation-date"),
        Modified = ReadDate(value.Parameters, "modification-date"),
    };

    /// <summary>
    /// Combines the headers of the message with those of the part inside it; the message takes precedence. The result may be displayed only
    /// if neither says attachment.
    /// </summary>
    public static SentFile Merge(SentFile? message, SentFile part) => message is null ? part : new SentFile
    {
        MayDisplay = message.MayDisplay && part.MayDisplay,
        Name = message.Name ?? part.Name,
        Size = message.Size ?? part.Size,
        Created = message.Created ?? part.Created,
        Modified = message.Modified ?? part.Modified,
    };

    private static ParameterList WithName(ParameterList parameters, string name)
    {
        // Control characters would break the header.
        name = string.Concat(name.Where(static c => !char.IsControl(c)));
        if (Ascii.IsValid(name))
        {
            return parameters.With("filename", name, quoted: true);
        }

        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write("UTF-8''"u8);
        PercentEncoding.Write(bytes, name, AttributeCharacters);
        return parameters.With("filename*", Encoding.ASCII.GetString(bytes.WrittenSpan));
    }

    private static ParameterList WithDate(ParameterList parameters, string name, DateTimeOffset? date) =>
        date is { } time ? parameters.With(name, MailDate.ToString(time), quoted: true) : parameters;

    // The extended form takes precedence; long names are split into sections (RFC 2231 §3).
    private static string? ReadName(ParameterList parameters)
    {
        if (parameters.GetValue("filename*") is { } extended && Decode(extended) is { } name)
        {
            return name;
        }

        if (parameters.GetValue("filename") is { } plain)
        {
            return plain;
        }

        var raw = new StringBuilder();
        bool isEncoded = parameters.Contains("filename*0*");
        for (int i = 0; i < MostSections; i++)
        {
            if (parameters.GetValue($"filename*{i}*") is { } encoded)
            {
                raw.Append(encoded);
            }
            else if (parameters.GetValue($"filename*{i}") is { } section)
            {
                // Sections that are not encoded are literal, including percent signs.
                raw.Append(isEncoded ? section.Replace("%", "%25", StringComparison.Ordinal) : section);
            }
            else
            {
                break;
            }
        }

        return raw.Length == 0 ? null : isEncoded ? Decode(raw.ToString()) : raw.ToString();
    }

    // charset'language'value. Only UTF-8 and its subset US-ASCII are supported.
    private static string? Decode(string value)
    {
        string[] parts = value.Split('\'', 3);
        return parts.Length == 3 && (parts[0].Equals("UTF-8", StringComparison.OrdinalIgnoreCase) || parts[0].Equals("US-ASCII", StringComparison.OrdinalIgnoreCase))
            ? PercentEncoding.Decode(Encoding.UTF8.GetBytes(parts[2]))
            : null;
    }

    private static DateTimeOffset? ReadDate(ParameterList parameters, string name) =>
        parameters.GetValue(name) is { } text && MailDate.TryParse(Encoding.UTF8.GetBytes(text), out DateTimeOffset date, out _) ? date : null;
}
