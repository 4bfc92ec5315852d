using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>Reads the header lines of one part into a <see cref="BodyPart"/> without content (RFC 2045 §3).</summary>
internal sealed class PartHeaders(MultipartLimits limits, Action<BodyWarningCode, int> warn)
{
    private readonly List<BodyHeader> _others = [];
    private readonly StringBuilder _value = new();
    private string? _name;
    private int _nameOffset;
    private int _count;
    private MediaType? _contentType;
    private string? _contentId;
    private ContentDisposition? _disposition;
    private TransferEncoding? _encoding;
    private bool _hasContentId;
    private bool _hasDisposition;

    /// <summary>Reads up to and including the empty line, or to the end when there is none.</summary>
    /// <param name="text">The whole part.</param>
    /// <param name="offset">Where the part begins in the body.</param>
    /// <param name="length">How many octets the headers and the empty line take.</param>
    /// <param name="part">What they say.</param>
    public MultipartError Read(ReadOnlySpan<byte> text, int offset, out int length, out BodyPart part)
    {
        part = new BodyPart();
        length = 0;
        bool ended = false;
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
            if (!ended && Grammar.IsWhiteSpace(line[0]) && _name is not null && !line.ContainsAny(Grammar.LineBreaking))
            {
                _value.Append(' ').Append(Encoding.UTF8.GetString(Grammar.TrimWhiteSpace(line)));
                continue;
            }

            Finish();
            if (!ended && ++_count > limits.MaxHeaders)
            {
                return MultipartError.HeadersTooLarge;
            }

            if (!ended)
            {
                Start(line, at);
            }
        }

        Finish();

        // Without content the empty line may be the one that belongs to the delimiter, but then the last header has its own end.
        if (!ended && !text.EndsWith("\n"u8))
        {
            warn(BodyWarningCode.MissingEmptyLine, offset + length);
        }

        part = new BodyPart
        {
            ContentType = _contentType ?? part.ContentType,
            ContentId = _contentId,
            Disposition = _disposition,
            TransferEncoding = _encoding ?? TransferEncoding.Unstated,
            OtherHeaders = [.. _others],
        };
        return MultipartError.None;
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
            warn(BodyWarningCode.BareLineFeed, offset);
        }

        return line;
    }

    private void Start(ReadOnlySpan<byte> line, int offset)
    {
        int colon = line.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? default : line[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.ContainsAnyExcept(Grammar.MimeToken) || line.ContainsAny(Grammar.LineBreaking))
        {
            warn(BodyWarningCode.MalformedHeader, offset);
            return;
        }

        if (name.Length < colon)
        {
            warn(BodyWarningCode.SpaceBeforeColon, offset);
        }

        _name = Encoding.ASCII.GetString(name);
        _nameOffset = offset;
        _value.Clear().Append(Encoding.UTF8.GetString(Grammar.TrimWhiteSpace(line[(colon + 1)..])));
    }

    private void Finish()
    {
        if (_name is not { } name)
        {
            return;
        }

        _name = null;

        // A value may begin on its second line.
        string value = _value.ToString().Trim(' ');
        switch (name.ToUpperInvariant())
        {
            case "CONTENT-TYPE":
                TakeContentType(value);
                break;
            case "CONTENT-TRANSFER-ENCODING":
                WarnIf(_encoding is not null, BodyWarningCode.RepeatedHeader);
                _encoding ??= TransferEncodings.FromHeaderValue(value);
                break;
            case "CONTENT-ID":
                TakeContentId(value);
                break;
            case "CONTENT-DISPOSITION":
                TakeDisposition(value);
                break;
            case "CONTENT-LENGTH":
                warn(BodyWarningCode.PartContentLength, _nameOffset);
                _others.Add(new BodyHeader(name, value));
                break;
            default:
                _others.Add(new BodyHeader(name, value));
                break;
        }
    }

    private void TakeContentType(string value)
    {
        WarnIf(_contentType is not null, BodyWarningCode.RepeatedHeader);
        if (_contentType is null && !MediaType.TryParse(Encoding.UTF8.GetBytes(value), out _contentType))
        {
            _contentType = new MediaType("application", "octet-stream");
            warn(BodyWarningCode.UnreadableContentType, _nameOffset);
        }
    }

    private void TakeContentId(string value)
    {
        WarnIf(_hasContentId, BodyWarningCode.RepeatedHeader);
        if (!_hasContentId)
        {
            string id = ContentIdUrl.Trim(value);
            WarnIf(id.Length == 0 || !value.StartsWith('<'), BodyWarningCode.UnusualContentId);
            _contentId = id.Length == 0 ? null : id;
            _hasContentId = true;
        }
    }

    private void TakeDisposition(string value)
    {
        WarnIf(_hasDisposition, BodyWarningCode.RepeatedHeader);
        if (!_hasDisposition)
        {
            WarnIf(!ContentDisposition.TryParse(Encoding.UTF8.GetBytes(value), out _disposition), BodyWarningCode.UnreadableDisposition);
            _hasDisposition = true;
        }
    }

    private void WarnIf(bool condition, BodyWarningCode code)
    {
        if (condition)
        {
            warn(code, _nameOffset);
        }
    }
}
