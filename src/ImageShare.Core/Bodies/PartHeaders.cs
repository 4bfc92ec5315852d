using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>Reads the header lines of one part after the other (RFC 2045 §3). What it read stands until the next <see cref="Read"/>.</summary>
internal sealed class PartHeaders(MultipartLimits limits, MultipartReader? reader = null)
{
    private static readonly MediaType Unreadable = new("application", "octet-stream");

    private List<BodyHeader>? _others;
    private ArrayBufferWriter<byte>? _folded;
    private int _nameOffset;
    private MediaType? _contentType;
    private string? _contentId;
    private ContentDisposition? _disposition;
    private TransferEncoding? _encoding;
    private bool _hasContentId;
    private bool _hasDisposition;

    /// <summary>The media type; <c>text/plain</c> when the part says nothing (RFC 2046 §5.1).</summary>
    public MediaType ContentType => _contentType ?? BodyPart.Unstated;

    public TransferEncoding TransferEncoding => _encoding ?? TransferEncoding.Unstated;

    public string? ContentId => _contentId;

    /// <summary>The part, with the content that belongs to it.</summary>
    public BodyPart ToPart(ReadOnlyMemory<byte> content, bool isDamaged = false) => new()
    {
        ContentType = ContentType,
        ContentId = _contentId,
        Disposition = _disposition,
        TransferEncoding = TransferEncoding,
        Content = content,
        IsDamaged = isDamaged,
        OtherHeaders = _others is null ? [] : [.. _others],
    };

    /// <summary>Reads up to and including the empty line, or to the end when there is none.</summary>
    /// <param name="text">The whole part.</param>
    /// <param name="offset">Where the part begins in the body.</param>
    /// <param name="length">How many octets the headers and the empty line take.</param>
    public MultipartError Read(ReadOnlySpan<byte> text, int offset, out int length)
    {
        Clear();
        length = 0;
        int count = 0;
        bool ended = false;
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> value = default;
        while (!ended && length < text.Length)
        {
            ReadOnlySpan<byte> line = CutLine(text[length..], offset + length, out int next);
            int at = offset + length;
            length += next;
            if (length > limits.MaxHeaderLength)
            {
                return MultipartError.HeadersTooLarge;
            }

            ended = line.IsEmpty;
            if (!ended && Grammar.IsWhiteSpace(line[0]) && !name.IsEmpty && !line.ContainsAny(Grammar.LineBreaking))
            {
                value = Unfold(value, Grammar.TrimWhiteSpace(line));
                continue;
            }

            Take(name, value);
            name = default;
            if (!ended && ++count > limits.MaxHeaders)
            {
                return MultipartError.HeadersTooLarge;
            }

            if (!ended)
            {
                CutHeader(line, at, out name, out value);
            }
        }

        Take(name, value);

        // Without content the empty line may be the one that belongs to the delimiter, but then the last header has its own end.
        if (!ended && !text.EndsWith("\n"u8))
        {
            reader?.Warn(BodyWarningCode.MissingEmptyLine, offset + length);
        }

        return MultipartError.None;
    }

    private void Clear()
    {
        _others = null;
        _contentType = null;
        _contentId = null;
        _disposition = null;
        _encoding = null;
        _hasContentId = false;
        _hasDisposition = false;
    }

    private ReadOnlySpan<byte> CutLine(ReadOnlySpan<byte> text, int offset, out int next)
    {
        int end = text.IndexOf((byte)'\n');
        next = end < 0 ? text.Length : end + 1;
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        if (line.EndsWith("\r"u8))
        {
            return line[..^1];
        }

        if (end >= 0)
        {
            reader?.Warn(BodyWarningCode.BareLineFeed, offset);
        }

        return line;
    }

    // A folded value is put together in a buffer of its own; one of a single line stays where it is.
    private ReadOnlySpan<byte> Unfold(ReadOnlySpan<byte> value, ReadOnlySpan<byte> line)
    {
        _folded ??= new ArrayBufferWriter<byte>();
        if (_folded.WrittenCount == 0)
        {
            _folded.Write(value);
        }

        _folded.WriteByte((byte)' ');
        _folded.Write(line);
        return _folded.WrittenSpan;
    }

    private void CutHeader(ReadOnlySpan<byte> line, int offset, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        int colon = line.IndexOf((byte)':');
        name = colon < 0 ? default : line[..colon].TrimEnd(" \t"u8);
        value = default;
        if (name.IsEmpty || name.ContainsAnyExcept(Grammar.MimeToken) || line.ContainsAny(Grammar.LineBreaking))
        {
            reader?.Warn(BodyWarningCode.MalformedHeader, offset);
            name = default;
            return;
        }

        if (name.Length < colon)
        {
            reader?.Warn(BodyWarningCode.SpaceBeforeColon, offset);
        }

        _nameOffset = offset;
        value = Grammar.TrimWhiteSpace(line[(colon + 1)..]);
        _folded?.ResetWrittenCount();
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // A value may begin on its second line.
        value = value.Trim((byte)' ');
        if (name.IsEmpty)
        {
            return;
        }

        if (Ascii.EqualsIgnoreCase(name, "Content-Type"u8))
        {
            TakeContentType(value);
        }
        else if (Ascii.EqualsIgnoreCase(name, "Content-Transfer-Encoding"u8))
        {
            WarnIf(_encoding is not null, BodyWarningCode.RepeatedHeader);
            _encoding ??= TransferEncodings.FromHeaderValue(WellKnownText.GetString(value));
        }
        else if (Ascii.EqualsIgnoreCase(name, "Content-ID"u8))
        {
            TakeContentId(value);
        }
        else if (Ascii.EqualsIgnoreCase(name, "Content-Disposition"u8))
        {
            TakeDisposition(value);
        }
        else
        {
            WarnIf(Ascii.EqualsIgnoreCase(name, "Content-Length"u8), BodyWarningCode.PartContentLength);
            (_others ??= []).Add(new BodyHeader(WellKnownText.GetString(name), WellKnownText.GetString(value)));
        }
    }

    private void TakeContentType(ReadOnlySpan<byte> value)
    {
        WarnIf(_contentType is not null, BodyWarningCode.RepeatedHeader);
        if (_contentType is null && !MediaType.TryParse(value, out _contentType))
        {
            _contentType = Unreadable;
            reader?.Warn(BodyWarningCode.UnreadableContentType, _nameOffset);
        }
    }

    private void TakeContentId(ReadOnlySpan<byte> value)
    {
        WarnIf(_hasContentId, BodyWarningCode.RepeatedHeader);
        if (!_hasContentId)
        {
            string id = ContentIdUrl.Trim(value);
            WarnIf(id.Length == 0 || !value.StartsWith("<"u8), BodyWarningCode.UnusualContentId);
            _contentId = id.Length == 0 ? null : id;
            _hasContentId = true;
        }
    }

    private void TakeDisposition(ReadOnlySpan<byte> value)
    {
        WarnIf(_hasDisposition, BodyWarningCode.RepeatedHeader);
        if (!_hasDisposition)
        {
            WarnIf(!ContentDisposition.TryParse(value, out _disposition), BodyWarningCode.UnreadableDisposition);
            _hasDisposition = true;
        }
    }

    private void WarnIf(bool condition, BodyWarningCode code)
    {
        if (condition)
        {
            reader?.Warn(code, _nameOffset);
        }
    }
}
