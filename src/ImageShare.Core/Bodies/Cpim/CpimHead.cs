using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies.Cpim;

/// <summary>
/// The headers of a message/cpim (RFC 3862 §2): the message headers and the MIME headers of the content. The content follows and is not read
/// here, so that it can be streamed. Immutable.
/// </summary>
internal sealed record CpimHead
{
    /// <summary>The default limit for the length of the headers: 16 KiB.</summary>
    public const int DefaultMaxBytes = 16 * 1024;

    private static readonly string[] KnownNames = ["From", "To", "cc", "DateTime", "Subject", "NS", "Require"];

    /// <summary>The message headers in order, with values as written, including escapes.</summary>
    public ImmutableArray<BodyHeader> Headers { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The MIME headers of the content; <see cref="BodyPart.Content"/> is empty.</summary>
    public BodyPart Content { get; init; } = new();

    /// <summary>The sender, such as <c>Piglet &lt;im:piglet@example.com&gt;</c>, or null.</summary>
    public string? From => Find("From");

    /// <summary>The first recipient, or null.</summary>
    public string? To => Find("To");

    /// <summary>When the message was sent; null if missing or malformed.</summary>
    public DateTimeOffset? DateTime =>
        DateTimeOffset.TryParse(Find("DateTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;

    /// <summary>The subject without a language tag, or null.</summary>
    public string? Subject
    {
        get
        {
            string? subject = Find("Subject");
            int space = subject?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
            return subject?.StartsWith(';') == true && space > 0 ? subject[(space + 1)..] : subject;
        }
    }

    /// <summary>
    /// The first header the sender requires (Require) and this library does not know, so that the message must be refused (RFC 3862 §4.7);
    /// null if there is none.
    /// </summary>
    public string? UnknownRequirement => Headers
        .Where(h => h.Name.Equals("Require", StringComparison.OrdinalIgnoreCase))
        .SelectMany(h => h.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(n => !KnownNames.Contains(n, StringComparer.Ordinal));

    /// <summary>Creates the headers of a message: From, To, optionally DateTime, and the content type.</summary>
    /// <param name="from">The sender's URI, without angle brackets.</param>
    /// <param name="to">The receiver's URI, without angle brackets.</param>
    /// <param name="contentType">The type of the content.</param>
    /// <param name="date">The time of sending, or null.</param>
    public static CpimHead Create(string from, string to, MediaType contentType, DateTimeOffset? date = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        ArgumentNullException.ThrowIfNull(contentType);
        ImmutableArray<BodyHeader> headers = [new("From", $"<{CpimText.Escape(from)}>"), new("To", $"<{CpimText.Escape(to)}>")];
        return new CpimHead
        {
            Headers = date is { } d
                ? headers.Add(new BodyHeader("DateTime", d.ToString("yyyy'-'MM'-'dd'T'HH':'mm':'sszzz", CultureInfo.InvariantCulture)))
                : headers,
            Content = new BodyPart { ContentType = contentType },
        };
    }

    /// <summary>The unescaped value of the first header with that name, ignoring case; null if there is none.</summary>
    public string? Find(string name)
    {
        foreach (BodyHeader header in Headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return CpimText.Unescape(header.Value);
            }
        }

        return null;
    }

    /// <summary>
    /// Reads the headers. <see cref="OperationStatus.Done"/>: <paramref name="input"/> starts with the content. <see
    /// cref="OperationStatus.NeedMoreData"/>: call again with the same bytes and more. <see cref="OperationStatus.InvalidData"/>: not a
    /// message/cpim, or the headers exceed the limit. Accepts the form of the RFC, with an empty line before the MIME headers, and that of
    /// the examples in RFC 4975, without it.
    /// </summary>
    public static OperationStatus Read(ref ReadOnlySequence<byte> input, out CpimHead? head, int maxBytes = DefaultMaxBytes)
    {
        head = null;
        var reader = new CpimReader(maxBytes);
        OperationStatus status = reader.Read(input, out SequencePosition contentStart);
        if (status == OperationStatus.Done)
        {
            head = reader.Build();
            input = input.Slice(contentStart);
        }

        return status;
    }

    /// <summary>Writes the headers; the content must follow directly.</summary>
    /// <exception cref="ImageShareException">A value contains a line break, or a name is not a token.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        foreach (BodyHeader header in Headers)
        {
            MultipartWriter.ThrowIfNoHeader(header.Name, header.Value);
            output.WriteUtf8($"{header.Name}: {header.Value}");
            output.WriteLineEnd();
        }

        output.WriteLineEnd();
        MultipartWriter.WriteHeaders(Content, output);
    }

    /// <inheritdoc/>
    public bool Equals(CpimHead? other) => other is not null && Headers.AsSpan().SequenceEqual(other.Headers.AsSpan()) && Content == other.Content;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Headers.Length, Content);

    /// <summary>The headers as text.</summary>
    public override string ToString()
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
