using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>What one line meant to the head it belongs to.</summary>
internal enum HeadLine
{
    /// <summary>The head goes on.</summary>
    Header,

    /// <summary>The empty line: a body follows.</summary>
    Blank,

    /// <summary>The end-line: there is no body.</summary>
    End,

    /// <summary>Nothing behind this line can be read.</summary>
    Broken,
}

/// <summary>
/// Fills a <see cref="MsrpHead"/> line by line. The chunks of a transfer repeat their paths, Message-ID and type byte for byte, so
/// those of the previous head are kept and taken over instead of being read again.
/// </summary>
internal sealed partial class MsrpHeadReader(MsrpLimits limits)
{
    private readonly Remembered<MsrpPath> _toPath = new();
    private readonly Remembered<MsrpPath> _fromPath = new();
    private readonly Remembered<string> _messageId = new();
    private readonly Remembered<MediaType> _contentType = new();
    private Seen _seen;

    [Flags]
    private enum Seen
    {
        None = 0,
        ToPath = 1,
        FromPath = 2,
        MessageId = 4,
        ByteRange = 8,
        SuccessReport = 16,
        FailureReport = 32,
        Status = 64,
        ContentType = 128,
    }

    public MsrpHead Head { get; } = new();

    /// <summary>The sign of the end-line that ended the head.</summary>
    public MsrpContinuation Continuation { get; private set; }

    /// <summary>Why the last line was broken.</summary>
    public MsrpDecodeReason Reason { get; private set; }

    /// <summary>
    /// pMSRP SP transact-id SP ( method / status-code [SP comment] ). False when not even the transaction id can be read.
    /// </summary>
    public bool TryReadStart(ReadOnlySpan<byte> line, long offset)
    {
        _seen = Seen.None;
        Range = default;
        if (!line.StartsWith("MSRP "u8))
        {
            Reason = MsrpDecodeReason.NotMsrp;
            return false;
        }

        ReadOnlySpan<byte> rest = line[5..];
        ReadOnlySpan<byte> id = MsrpIdent.Leading(rest);
        if (!MsrpIdent.IsValidLeading(id, limits.MaxIdLength) || (rest.Length > id.Length && rest[id.Length] != ' '))
        {
            Reason = MsrpDecodeReason.BadTransactionId;
            return false;
        }

        Head.Reset(id);
        Head.StartOffset = offset;
        rest = rest.Length > id.Length ? rest[(id.Length + 1)..] : default;
        if (rest.SequenceEqual("SEND"u8))
        {
            Head.IsSend = true;
            Head.Method = "SEND";
        }
        else if (rest.SequenceEqual("REPORT"u8))
        {
            Head.IsReport = true;
            Head.Method = "REPORT";
        }
        else
        {
            ReadOther(rest, offset);
        }

        return true;
    }

    /// <summary>Where the value of the Byte-Range stands in the stream, and its bytes; 0 when the head has none.</summary>
    public (long Offset, int Length) Range { get; private set; }

    public HeadLine ReadLine(ReadOnlySpan<byte> line, long offset)
    {
        if (line.IsEmpty)
        {
            Head.HasBody = true;
            Finish(offset);
            return HeadLine.Blank;
        }

        if (line[0] == '-' && IsEndLine(line))
        {
            Finish(offset);
            return HeadLine.End;
        }

        // Read on behind a fault: the paths are needed to answer it. The first fault counts.
        MsrpDecodeReason reason = ReadHeader(line, offset);
        if (reason != MsrpDecodeReason.None)
        {
            Head.Fault ??= new MsrpDecodeError(reason, offset);
        }

        return HeadLine.Header;
    }

    private void ReadOther(ReadOnlySpan<byte> rest, long offset)
    {
        // Which of the two it was meant to be decides whether it is answered: anything that begins with a digit is not.
        bool isResponse = !rest.IsEmpty && Grammar.IsDigit(rest[0]);
        bool isClean = !rest.ContainsAny(Grammar.LineBreaking);
        var cursor = new AsciiCursor(rest);
        if (isClean && MsrpReportStatus.TryReadThreeDigits(ref cursor, out int status) && (cursor.AtEnd || cursor.TryRead((byte)' ')))
        {
            Head.Status = status;
            Head.Comment = cursor.AtEnd ? null : WellKnownText.GetString(cursor.Rest);
            return;
        }

        Head.Method = isResponse ? null : isClean ? WellKnownText.GetString(rest) : string.Empty;
        if (isResponse || rest.IsEmpty || rest.ContainsAnyExceptInRange((byte)'A', (byte)'Z'))
        {
            Head.Fault = new MsrpDecodeError(MsrpDecodeReason.BadStartLine, offset);
        }
    }

    private void Finish(long offset)
    {
        if (Head.Fault is null && (Head.ToPath is null || Head.FromPath is null))
        {
            Head.Fault = new MsrpDecodeError(MsrpDecodeReason.MissingPath, offset);
        }
    }

    private bool IsEndLine(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> id = Head.TransactionId;
        if (line.Length != 8 + id.Length
            || !line.StartsWith("-------"u8)
            || !line.Slice(7, id.Length).SequenceEqual(id)
            || !MsrpContinuationSign.TryParse(line[^1], out MsrpContinuation continuation))
        {
            return false;
        }

        Continuation = continuation;
        return true;
    }

    private MsrpDecodeReason ReadHeader(ReadOnlySpan<byte> line, long offset)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return Grammar.IsWhiteSpace(line[0]) ? MsrpDecodeReason.FoldedLine : MsrpDecodeReason.BadHeader;
        }

        // The grammars of the known headers let no line break through, so only the free texts are searched for one.
        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = Grammar.TrimWhiteSpace(line[(colon + 1)..]);
        switch (colon)
        {
            case 7 when Is(name, "To-Path"u8):
                return ReadPath(value, Seen.ToPath, _toPath);
            case 9 when Is(name, "From-Path"u8):
                Head.FromPathFirstAt = Head.ToPath is null && Head.FromPathFirstAt < 0 ? offset : Head.FromPathFirstAt;
                return ReadPath(value, Seen.FromPath, _fromPath);
            case 10 when Is(name, "Byte-Range"u8):
                line.Overlaps(value, out int start);
                Range = (offset + start, value.Length);
                Head.RangeOffset = Range.Offset;
                return ReadByteRange(value);
            case 10 when Is(name, "Message-ID"u8):
                return ReadMessageId(value);
            case 12 when Is(name, "Content-Type"u8):
                return ReadContentType(value);
            case 14 when Is(name, "Failure-Report"u8):
                return ReadFailureReport(value);
            case 14 when Is(name, "Success-Report"u8):
                return ReadSuccessReport(value);
            case 6 when Is(name, "Status"u8):
                return ReadStatus(value);
            default:
                return ReadOtherHeader(line, name);
        }
    }

    private MsrpDecodeReason ReadOtherHeader(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name)
    {
        if (Grammar.IsWhiteSpace(line[0]))
        {
            return MsrpDecodeReason.FoldedLine;
        }

        if (name.ContainsAnyExcept(Grammar.MimeToken) || line.ContainsAny(Grammar.LineBreaking))
        {
            return MsrpDecodeReason.BadHeader;
        }

        Head.AddOther(line);
        return MsrpDecodeReason.None;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) =>
        name.SequenceEqual(expected) || System.Text.Ascii.EqualsIgnoreCase(name, expected);
}
