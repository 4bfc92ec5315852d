using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Reads one multipart body, level by level. The outer delimiters are found first and everything inside them is handed on, so a
/// broken inner body cannot reach beyond its own part (RFC 2046 §5.1.2).
/// </summary>
internal sealed class MultipartReader(ReadOnlyMemory<byte> body, MultipartLimits limits)
{
    private readonly List<BodyWarning> _warnings = [];
    private readonly HashSet<string> _contentIds = new(StringComparer.Ordinal);
    private bool _saidBareLineFeed;
    private int _partCount;
    private long _contentLength;
    private int _errorOffset;

    public MultipartReadResult Read(MediaType contentType)
    {
        MultipartError error = ReadLevel(contentType, 0, body.Length, depth: 1, out MultipartBody? read);
        _warnings.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return new MultipartReadResult(error, error == MultipartError.None ? 0 : _errorOffset, read, [.. _warnings]);
    }

    private MultipartError ReadLevel(MediaType contentType, int start, int end, int depth, out MultipartBody? read)
    {
        read = null;
        if (depth > limits.MaxDepth)
        {
            return Fail(MultipartError.TooDeep, start);
        }

        MultipartError error = Boundary.TryGet(contentType, out byte[]? boundary);
        if (error != MultipartError.None)
        {
            return Fail(error, start);
        }

        string stated = contentType.Parameters.GetValue("boundary")!;
        if (!Boundary.IsLegal(stated))
        {
            Warn(BodyWarningCode.IllegalBoundary, start);
        }

        byte[] needle = [(byte)'-', (byte)'-', .. boundary!];
        int spaces = stated.Length - boundary!.Length;
        ImmutableArray<BodyPart>.Builder parts = ImmutableArray.CreateBuilder<BodyPart>();
        int partStart = -1;
        int from = start;
        bool closed = false;
        while (!closed && TryFindDelimiter(needle, spaces, from, end, out Delimiter delimiter))
        {
            if (partStart >= 0 && (error = ReadPart(partStart, Math.Max(partStart, delimiter.Start), depth, parts)) != MultipartError.None)
            {
                return error;
            }

            partStart = from = delimiter.Next;
            closed = delimiter.IsClose;
        }

        if (!closed && partStart >= 0)
        {
            Warn(BodyWarningCode.MissingCloseDelimiter, end);

            // An inner body ends before the line break of the outer delimiter, which is not its content.
            int last = depth == 1 ? WithoutLineEnd(partStart, end) : end;
            if ((error = ReadPart(partStart, last, depth, parts)) != MultipartError.None)
            {
                return error;
            }
        }

        if (parts.Count == 0)
        {
            return Fail(MultipartError.NoParts, start);
        }

        read = new MultipartBody(contentType, parts.ToImmutable());
        CheckStart(read, start);
        return MultipartError.None;
    }

    private MultipartError ReadPart(int start, int end, int depth, ImmutableArray<BodyPart>.Builder parts)
    {
        if (++_partCount > limits.MaxParts)
        {
            return Fail(MultipartError.TooManyParts, start);
        }

        if (start == end)
        {
            Warn(BodyWarningCode.EmptyPart, start);
            return MultipartError.None;
        }

        MultipartError error = new PartHeaders(limits, Warn).Read(body.Span[start..end], start, out int headers, out BodyPart part);
        if (error != MultipartError.None)
        {
            return Fail(error, start);
        }

        CheckContentId(part, start);
        int contentStart = start + headers;
        if (part.ContentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            && part.TransferEncoding is not (TransferEncoding.Base64 or TransferEncoding.QuotedPrintable or TransferEncoding.Unknown))
        {
            error = ReadLevel(part.ContentType, contentStart, end, depth + 1, out MultipartBody? inner);
            if (error is MultipartError.MissingBoundary or MultipartError.BadBoundary or MultipartError.NoParts)
            {
                Warn(BodyWarningCode.UnreadableNestedBody, start);
            }
            else if (error != MultipartError.None)
            {
                return error;
            }

            parts.Add(part with { Multipart = inner, Content = body[contentStart..end] });
            return MultipartError.None;
        }

        part = Decode(part, body[contentStart..end], start);
        _contentLength += part.Content.Length;
        if (_contentLength > limits.MaxContentLength)
        {
            return Fail(MultipartError.ContentTooLarge, start);
        }

        parts.Add(part);
        return MultipartError.None;
    }

    private BodyPart Decode(BodyPart part, ReadOnlyMemory<byte> text, int offset)
    {
        switch (part.TransferEncoding)
        {
            case TransferEncoding.Base64:
                if (!TransferEncodings.TryDecodeBase64(text.Span, out byte[] octets, out bool paddingWasMissing))
                {
                    Warn(BodyWarningCode.BadBase64, offset);
                    return part with { IsDamaged = true };
                }

                if (paddingWasMissing)
                {
                    Warn(BodyWarningCode.MissingBase64Padding, offset);
                }

                return part with { Content = octets };
            case TransferEncoding.QuotedPrintable:
                return part with { Content = TransferEncodings.DecodeQuotedPrintable(text.Span) };
            case TransferEncoding.Unknown:
                Warn(BodyWarningCode.UnknownTransferEncoding, offset);
                return part with { IsDamaged = true };
            default:
                return part with { Content = text };
        }
    }

    // delimiter := CRLF "--" boundary; close-delimiter := delimiter "--"; white space and the line end follow. The line break before
    // belongs to it, and anything else behind makes it ordinary content. A boundary that was stated with spaces at its end may have
    // them in front of the closing dashes too.
    private bool TryFindDelimiter(ReadOnlySpan<byte> needle, int spaces, int from, int end, out Delimiter delimiter)
    {
        ReadOnlySpan<byte> text = body.Span[..end];
        int at = from;
        while (true)
        {
            int hit = text[at..].IndexOf(needle);
            if (hit < 0)
            {
                delimiter = default;
                return false;
            }

            at += hit;
            int rest = at + needle.Length;
            ReadOnlySpan<byte> behind = text[rest..];
            if (spaces > 0 && behind.Length > spaces && behind[..spaces].IndexOfAnyExcept((byte)' ') < 0 && behind[spaces..].StartsWith("--"u8))
            {
                rest += spaces;
            }

            bool isClose = text[rest..].StartsWith("--"u8);
            rest += isClose ? 2 : 0;
            int blank = text[rest..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            rest = blank < 0 ? end : rest + blank;
            int lineEnd = rest == end ? 0 : text[rest] == '\n' ? 1 : text[rest..].StartsWith("\r\n"u8) ? 2 : -1;
            if (lineEnd >= 0 && (at == from || text[at - 1] == '\n'))
            {
                if (lineEnd == 1)
                {
                    Warn(BodyWarningCode.BareLineFeed, at);
                }

                delimiter = new Delimiter(at == from ? at : WithoutLineEnd(from, at), rest + lineEnd, isClose);
                return true;
            }

            at++;
        }
    }

    private int WithoutLineEnd(int start, int end)
    {
        ReadOnlySpan<byte> text = body.Span[start..end];
        return end - (text.EndsWith("\r\n"u8) ? 2 : text.EndsWith("\n"u8) ? 1 : 0);
    }

    private void CheckContentId(BodyPart part, int offset)
    {
        if (part.ContentId is { } id && !_contentIds.Add(id))
        {
            Warn(BodyWarningCode.DuplicateContentId, offset);
        }
    }

    private void CheckStart(MultipartBody read, int offset)
    {
        if (read.ContentType.Is("multipart", "related") && read.ContentType.Parameters.GetValue("start") is { } start
            && !read.Parts.Any(p => p.ContentId == ContentIdUrl.Trim(start)))
        {
            Warn(BodyWarningCode.DanglingStart, offset);
        }
    }

    private MultipartError Fail(MultipartError error, int offset)
    {
        _errorOffset = offset;
        return error;
    }

    private void Warn(BodyWarningCode code, int offset)
    {
        if (code == BodyWarningCode.BareLineFeed)
        {
            if (_saidBareLineFeed)
            {
                return;
            }

            _saidBareLineFeed = true;
        }

        _warnings.Add(new BodyWarning(code, offset));
    }

    private readonly record struct Delimiter(int Start, int Next, bool IsClose);
}
