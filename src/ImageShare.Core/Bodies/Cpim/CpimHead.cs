using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies.Cpim;

/// <summary>
/// What stands before the content of a message/cpim (RFC 3862 §2): the headers about the message, and the MIME headers of the content.
/// The content itself follows and is not read here, so that it can be streamed. Immutable.
/// </summary>
public sealed record CpimHead
{
    /// <summary>The longest head read unless the caller says otherwise: 16 KiB.</summary>
    public const int DefaultMaxLength = 16 * 1024;

    private static readonly string[] KnownNames = ["From", "To", "cc", "DateTime", "Subject", "NS", "Require"];

    /// <summary>The headers about the message in their order, values as they were written, escapes included.</summary>
    public ImmutableArray<BodyHeader> Headers { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What the MIME headers say about the content; its own <see cref="BodyPart.Content"/> is empty.</summary>
    public BodyPart Content { get; init; } = new();

    /// <summary>Who sent it, such as <c>Piglet &lt;im:piglet@example.com&gt;</c>; null when missing.</summary>
    public string? From => Find("From");

    /// <summary>Whom it is for; the first one when there are several, null when missing.</summary>
    public string? To => Find("To");

    /// <summary>When it was sent; null when missing or unreadable.</summary>
    public DateTimeOffset? DateTime =>
        DateTimeOffset.TryParse(Find("DateTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;

    /// <summary>What it is about, without a language tag; null when missing.</summary>
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
    /// The first header the sender requires to be understood and this library does not know, so that the message is to be refused
    /// (RFC 3862 §4.7); null when there is none.
    /// </summary>
    public string? UnknownRequirement => Headers
        .Where(h => h.Name.Equals("Require", StringComparison.OrdinalIgnoreCase))
        .SelectMany(h => h.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(n => !KnownNames.Contains(n, StringComparer.Ordinal));

    /// <summary>The head of a message with content of that type: From and To always, DateTime when given.</summary>
    /// <param name="from">The sender's URI, without angle brackets.</param>
    /// <param name="to">The receiver's URI, without angle brackets.</param>
    /// <param name="contentType">The type of the content.</param>
    /// <param name="date">When it is sent.</param>
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

    /// <summary>The value of the first header of that name, case ignored, escapes undone; null when there is none.</summary>
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
    /// Reads a head. <see cref="OperationStatus.Done"/>: <paramref name="input"/> now begins with the content.
    /// <see cref="OperationStatus.NeedMoreData"/>: call again with the same octets and more. <see cref="OperationStatus.InvalidData"/>: this
    /// is no message/cpim, or its head is longer than allowed. Reads the form of the RFC, with an empty line before the MIME headers, and
    /// the one its examples in RFC 4975 show, without.
    /// </summary>
    public static OperationStatus Read(ref ReadOnlySequence<byte> input, out CpimHead? head, int maxLength = DefaultMaxLength)
    {
        head = null;
        var reader = new CpimReader(maxLength);
        OperationStatus status = reader.Read(input, out SequencePosition contentStart);
        if (status == OperationStatus.Done)
        {
            head = reader.Build();
            input = input.Slice(contentStart);
        }

        return status;
    }

    /// <summary>Writes the head; the octets of the content are to follow directly.</summary>
    /// <exception cref="ImageShareException">A value holds a line break, or a name is no token.</exception>
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

    /// <summary>The head as text.</summary>
    public override string ToString()
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
