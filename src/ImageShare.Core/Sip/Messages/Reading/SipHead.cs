using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>
/// Start line and header of a message, as slices of the bytes that were read. A malformed row that is not needed is kept apart and ignored
/// (RFC 3261 §8.2.2); one that <see cref="SipDoubt"/> does not allow makes the message unreadable. The remaining rows are read even then, so that
/// the request can be refused: there is a <see cref="Message"/> as well as an <see cref="Error"/>.
/// </summary>
internal struct SipHead
{
    private static readonly SipHeaderName LengthName = SipHeaderName.Find("Content-Length"u8)!;

    private readonly TextSlice _bytes;
    private readonly SipLimits _limits;

    private SipHead(TextSlice bytes, SipLimits limits)
    {
        _bytes = bytes;
        _limits = limits;
    }

    /// <summary>The parts of the message that could be read; null without a valid start line.</summary>
    public SipMessage? Message { get; private set; }

    /// <summary>The first error.</summary>
    public SipReadError? Error { get; private set; }

    /// <summary>The length including the empty line.</summary>
    public int Length { get; private set; }

    /// <summary>The Content-Length; null if it is missing or invalid.</summary>
    public int? ContentLength { get; private set; }

    /// <param name="bytes">The bytes from the start line on; they must not change afterwards.</param>
    /// <param name="limits">Checked before anything is allocated.</param>
    public static SipHead Read(TextSlice bytes, SipLimits limits)
    {
        var head = new SipHead(bytes, limits);
        ReadOnlySpan<byte> span = bytes.Span;
        int end = span.IndexOf("\r\n\r\n"u8);
        head.Length = end < 0 ? span.Length : end + 4;
        int lineLength = span.IndexOfAny("\r\n\0"u8);
        if ((lineLength < 0 ? span.Length : lineLength) > limits.MaxStartLineBytes)
        {
            head.Fail(SipReadErrorCode.StartLineTooLong, limits.MaxStartLineBytes);
            return head;
        }

        if (lineLength < 0 || !span[lineLength..].StartsWith("\r\n"u8))
        {
            head.Fail(
                lineLength < 0 || lineLength == span.Length - 1 ? SipReadErrorCode.HeaderTruncated : BreakReason(span[lineLength]),
                lineLength < 0 ? span.Length : lineLength);
            return head;
        }

        if (!SipStartLine.TryParse(span[..lineLength], out SipStartLine start, out SipReadError error))
        {
            head.Error = error;
            return head;
        }

        head.ReadRows(start, lineLength + 2);
        if (end < 0)
        {
            head.Fail(SipReadErrorCode.HeaderTruncated, span.Length);
        }

        return head;
    }

    private void ReadRows(SipStartLine start, int position)
    {
        ReadOnlySpan<byte> block = _bytes.Span[..Length];
        if (block.Length - position > _limits.MaxHeaderBytes)
        {
            Fail(SipReadErrorCode.HeaderTooLong, position + _limits.MaxHeaderBytes);
            block = block[..(position + _limits.MaxHeaderBytes)];
        }

        var headers = new SipHeaders(Math.Min(Math.Max(block[position..].Count((byte)'\n') - 1, 0), _limits.MaxHeaders), _bytes);
        List<SipMalformedLine>? malformed = null;
        var lines = new SipHeaderLines(block, position);
        while (TryMoveNext(ref lines))
        {
            if (headers.Count + (malformed?.Count ?? 0) == _limits.MaxHeaders)
            {
                Fail(SipReadErrorCode.TooManyHeaders, lines.Start);
                break;
            }

            if (lines.BrokenAt >= 0)
            {
                Ignore(BreakReason(block[lines.BrokenAt]), lines.BrokenAt, lines, ref malformed);
            }
            else if (!TryReadRow(headers, lines))
            {
                Ignore(SipReadErrorCode.BadHeaderLine, lines.Start, lines, ref malformed);
            }
        }

        Message = Create(start, headers);
        Message.HeadLength = Length;
        Message.MalformedLines = malformed is null ? [] : malformed;
    }

    private static SipMessage Create(SipStartLine start, SipHeaders headers) => start.Status > 0
        ? new SipResponse(start.Status, WellKnownText.GetString(start.Reason), headers)
        : new SipRequest(
            SipMethod.TryParse(start.Method, out SipMethod method) ? method : throw new ArgumentException("A start line has a token as its method.", nameof(start)),
            SipUri.TryParse(start.Target, out SipUri? uri) ? uri : SipUri.Unreadable(WellKnownText.GetString(start.Target)),
            headers)
        {
            Version = start.Version.SequenceEqual("SIP/2.0"u8) ? "SIP/2.0" : WellKnownText.GetString(start.Version),
        };

    // False at the empty line, or when no line end comes any more.
    private bool TryMoveNext(ref SipHeaderLines lines)
    {
        bool isLine = lines.MoveNext();
        if (lines.BareLineFeedAt >= 0)
        {
            Fail(SipReadErrorCode.BadLineEnd, lines.BareLineFeedAt);
        }

        return isLine && !lines.Text.IsEmpty;
    }

    // Kept apart from the rows: it is not found by name and never written.
    private void Ignore(SipReadErrorCode reason, int at, in SipHeaderLines line, ref List<SipMalformedLine>? malformed)
    {
        if (SipDoubt.Concerns(line.Text))
        {
            Fail(reason, at);
            return;
        }

        (malformed ??= []).Add(new SipMalformedLine(reason, line.Start, _bytes.Slice(line.Start, line.Text.Length).Memory));
    }

    // False when it is no header row: no colon, or no token before it.
    private bool TryReadRow(SipHeaders headers, in SipHeaderLines line)
    {
        ReadOnlySpan<byte> text = line.Text;
        bool folded = line.IsFolded;
        int colon = text.IndexOf((byte)':');

        // Only SP, HTAB and folds may be between the name and the colon. With any other control character the name is not a
        // known one, neither here nor for a proxy.
        ReadOnlySpan<byte> written = colon < 0 ? default : TrimName(text[..colon], folded);
        SipHeaderName? known = SipHeaderName.Find(written, out bool isSpelled);
        if (known is null && !Grammar.IsToken(written))
        {
            return false;
        }

        ReadOnlySpan<byte> value = Trim(text[(colon + 1)..], folded, out int skip);
        int offset = line.Start + colon + 1 + skip;
        ReadOnlySpan<byte> unfolded = value;
        if (isSpelled && !(folded && value.Contains((byte)'\n')) && SipRow.CanBeSlice(value.Length))
        {
            headers.AddRead(known!, offset, value.Length);
        }
        else
        {
            ReadOnlyMemory<byte> kept = folded && value.Contains((byte)'\n') ? SipHeaderLines.Unfold(value) : _bytes.Slice(offset, value.Length).Memory;
            unfolded = kept.Span;
            headers.AddRead(new SipHeader(known, isSpelled ? known!.Name : WellKnownText.GetString(written), kept, offset));
        }

        if (ReferenceEquals(known, LengthName))
        {
            ReadContentLength(unfolded, offset);
        }

        return true;
    }

    // Fast path: nearly always there is no white space after a name, and one SP before a value.
    private static ReadOnlySpan<byte> TrimName(ReadOnlySpan<byte> name, bool folded) =>
        !name.IsEmpty && name[^1] > ' ' ? name : name.TrimEnd(folded ? " \t\r\n"u8 : " \t"u8);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> raw, bool folded, out int skipped)
    {
        if (raw.Length > 1 && raw[0] == ' ' && raw[1] > ' ' && raw[^1] > ' ')
        {
            skipped = 1;
            return raw[1..];
        }

        ReadOnlySpan<byte> blank = folded ? " \t\r\n"u8 : " \t"u8;
        skipped = raw.Length - raw.TrimStart(blank).Length;
        return raw[skipped..].TrimEnd(blank);
    }

    // Digits only. The length is compared with the limit before it is used.
    private void ReadContentLength(ReadOnlySpan<byte> value, int offset)
    {
        var cursor = new AsciiCursor(value);
        if (!cursor.TryReadInt64(out long length) || !cursor.AtEnd)
        {
            Fail(SipReadErrorCode.BadContentLength, offset);
        }
        else if (ContentLength is { } earlier && earlier != length)
        {
            Fail(SipReadErrorCode.ConflictingContentLength, offset);
        }
        else if (length > _limits.MaxBodyBytes)
        {
            Fail(SipReadErrorCode.BodyTooLong, offset);
        }
        else
        {
            ContentLength = (int)length;
        }
    }

    private void Fail(SipReadErrorCode reason, int offset) => Error ??= new SipReadError(reason, offset);

    private static SipReadErrorCode BreakReason(byte value) => value == 0 ? SipReadErrorCode.BadCharacter : SipReadErrorCode.BadLineEnd;
}
