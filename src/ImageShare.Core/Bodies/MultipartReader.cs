using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Reads one multipart body, level by level. The outer delimiters are found first and everything inside them is handed on, so a
/// broken inner body cannot reach beyond its own part (RFC 2046 §5.1.2).
/// </summary>
internal sealed class MultipartReader(ReadOnlyMemory<byte> body, MultipartLimits limits)
{
    private List<BodyWarning>? _warnings;
    private HashSet<string>? _contentIds;
    private PartHeaders? _headers;
    private string? _firstContentId;
    private bool _saidBareLineFeed;
    private int _partCount;
    private long _contentLength;
    private int _errorOffset;

    public MultipartReadResult Read(MediaType contentType)
    {
        MultipartError error = ReadLevel(contentType, 0, body.Length, depth: 1, out MultipartBody? read);
        _warnings?.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return new MultipartReadResult(error, error == MultipartError.None ? 0 : _errorOffset, read, _warnings is null ? [] : [.. _warnings]);
    }

    private MultipartError ReadLevel(MediaType contentType, int start, int end, int depth, out MultipartBody? read)
    {
        read = null;
        if (depth > limits.MaxDepth)
        {
            return Fail(MultipartError.TooDeep, start);
        }

        MultipartError error = Boundary.TryGet(contentType, out string? boundary);
        if (boundary is null)
        {
            return Fail(error, start);
        }

        string stated = contentType.Parameters.GetValue("boundary")!;
        if (!Boundary.IsLegal(stated))
        {
            Warn(BodyWarningCode.IllegalBoundary, start);
        }

        int spaces = stated.Length - boundary.Length;
        Span<byte> needle = stackalloc byte[2 + Boundary.MaxLength];
        needle[0] = needle[1] = (byte)'-';
        needle = needle[..(2 + Encoding.ASCII.GetBytes(boundary, needle[2..]))];
        ImmutableArray<BodyPart>.Builder parts = ImmutableArray.CreateBuilder<BodyPart>(LikelyParts);
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

        read = new MultipartBody(contentType, parts.DrainToImmutable());
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

        _headers ??= new PartHeaders(limits, this);
        MultipartError error = _headers.Read(body.Span[start..end], start, out int length);
        if (error != MultipartError.None)
        {
            return Fail(error, start);
        }

        CheckContentId(_headers.ContentId, start);
        ReadOnlyMemory<byte> text = body[(start + length)..end];
        if (_headers.ContentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            && _headers.TransferEncoding is not (TransferEncoding.Base64 or TransferEncoding.QuotedPrintable or TransferEncoding.Unknown))
        {
            // Before the headers of the parts inside are read.
            BodyPart nested = _headers.ToPart(text);
            error = ReadLevel(nested.ContentType, start + length, end, depth + 1, out MultipartBody? inner);
            if (error is MultipartError.MissingBoundary or MultipartError.BadBoundary or MultipartError.NoParts)
            {
                Warn(BodyWarningCode.UnreadableNestedBody, start);
            }
            else if (error != MultipartError.None)
            {
                return error;
            }

            parts.Add(nested with { Multipart = inner });
            return MultipartError.None;
        }

        BodyPart part = _headers.ToPart(Decode(_headers.TransferEncoding, text, start, out bool isDamaged), isDamaged);
        _contentLength += part.Content.Length;
        if (_contentLength > limits.MaxContentLength)
        {
            return Fail(MultipartError.ContentTooLarge, start);
        }

        parts.Add(part);
        return MultipartError.None;
    }

    private ReadOnlyMemory<byte> Decode(TransferEncoding encoding, ReadOnlyMemory<byte> text, int offset, out bool isDamaged)
    {
        isDamaged = false;
        switch (encoding)
        {
            case TransferEncoding.Base64:
                if (!TransferEncodings.TryDecodeBase64(text.Span, out byte[] octets, out bool paddingWasMissing))
                {
                    Warn(BodyWarningCode.BadBase64, offset);
                    isDamaged = true;
                    return default;
                }

                if (paddingWasMissing)
                {
                    Warn(BodyWarningCode.MissingBase64Padding, offset);
                }

                return octets;
            case TransferEncoding.QuotedPrintable:
                return TransferEncodings.DecodeQuotedPrintable(text.Span);
            case TransferEncoding.Unknown:
                Warn(BodyWarningCode.UnknownTransferEncoding, offset);
                isDamaged = true;
                return default;
            default:
                return text;
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

    private void CheckContentId(string? id, int offset)
    {
        if (id is null)
        {
            return;
        }

        if (_firstContentId is null)
        {
            _firstContentId = id;
        }
        else if (!(_contentIds ??= new HashSet<string>(StringComparer.Ordinal) { _firstContentId }).Add(id))
        {
            Warn(BodyWarningCode.DuplicateContentId, offset);
        }
    }

    private void CheckStart(MultipartBody read, int offset)
    {
        if (read.ContentType.Is("multipart", "related") && read.ContentType.Parameters.GetValue("start") is { } start
            && read.FindPart(ContentIdUrl.Trim(start)) is null)
        {
            Warn(BodyWarningCode.DanglingStart, offset);
        }
    }

    private MultipartError Fail(MultipartError error, int offset)
    {
        _errorOffset = offset;
        return error;
    }

    public void Warn(BodyWarningCode code, int offset)
    {
        if (code == BodyWarningCode.BareLineFeed)
        {
            if (_saidBareLineFeed)
            {
                return;
            }

            _saidBareLineFeed = true;
        }

        (_warnings ??= []).Add(new BodyWarning(code, offset));
    }

    // The offer and its icon.
    private const int LikelyParts = 2;

    private readonly record struct Delimiter(int Start, int Next, bool IsClose);
}
