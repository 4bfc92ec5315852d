using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// Reads header lines into the head they belong to (RFC 4975 §9). The chunks of a transfer repeat their paths, Message-ID and type byte for byte, so
/// those of the head before are kept and taken over instead of being read again. Not thread-safe.
/// </summary>
internal sealed class HeaderReader(MsrpLimits limits)
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

    /// <summary>What is filled; one object for all heads.</summary>
    public MsrpHead Head { get; } = new();

    /// <summary>The offset of the Byte-Range value in the stream, and its length; 0 when the head has none.</summary>
    public (long Offset, int Length) Range { get; private set; }

    /// <summary>A head begins.</summary>
    public void Reset()
    {
        _seen = Seen.None;
        Range = default;
    }

    /// <summary>Reads a header line into the head.</summary>
    /// <param name="line">The line, without its line end.</param>
    /// <param name="offset">Its offset in the stream.</param>
    /// <returns>What is wrong with it; none when nothing is.</returns>
    public MsrpReadErrorCode Read(ReadOnlySpan<byte> line, long offset)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return Grammar.IsWhiteSpace(line[0]) ? MsrpReadErrorCode.FoldedLine : MsrpReadErrorCode.BadHeader;
        }

        // The grammars of the known headers let no line break through, so only the free texts are searched for one.
        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = Grammar.TrimWhiteSpace(line[(colon + 1)..]);
        switch (colon)
        {
            case 7 when Is(name, "To-Path"u8):
                return IsRepeated(Seen.ToPath) ? MsrpReadErrorCode.RepeatedHeader : ReadPath(value, Seen.ToPath, _toPath);
            case 9 when Is(name, "From-Path"u8):
                Head.FromPathFirstAt = Head.ToPath is null && Head.FromPathFirstAt < 0 ? offset : Head.FromPathFirstAt;
                return IsRepeated(Seen.FromPath) ? MsrpReadErrorCode.RepeatedHeader : ReadPath(value, Seen.FromPath, _fromPath);
            case 10 when Is(name, "Byte-Range"u8):
                line.Overlaps(value, out int start);
                Range = (offset + start, value.Length);
                Head.RangeOffset = Range.Offset;
                return IsRepeated(Seen.ByteRange) ? MsrpReadErrorCode.RepeatedHeader : ReadByteRange(value);
            case 10 when Is(name, "Message-ID"u8):
                return IsRepeated(Seen.MessageId) ? MsrpReadErrorCode.RepeatedHeader : ReadMessageId(value);
            case 12 when Is(name, "Content-Type"u8):
                return IsRepeated(Seen.ContentType) ? MsrpReadErrorCode.RepeatedHeader : ReadContentType(value);
            case 14 when Is(name, "Failure-Report"u8):
                return IsRepeated(Seen.FailureReport) ? MsrpReadErrorCode.RepeatedHeader : ReadFailureReport(value);
            case 14 when Is(name, "Success-Report"u8):
                return IsRepeated(Seen.SuccessReport) ? MsrpReadErrorCode.RepeatedHeader : ReadSuccessReport(value);
            case 6 when Is(name, "Status"u8):
                return IsRepeated(Seen.Status) ? MsrpReadErrorCode.RepeatedHeader : ReadStatus(value);
            default:
                return ReadOtherHeader(line, name);
        }
    }

    private MsrpReadErrorCode ReadOtherHeader(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name)
    {
        if (Grammar.IsWhiteSpace(line[0]))
        {
            return MsrpReadErrorCode.FoldedLine;
        }

        if (name.ContainsAnyExcept(Grammar.MimeToken) || line.ContainsAny(Grammar.LineBreaking))
        {
            return MsrpReadErrorCode.BadHeader;
        }

        Head.AddOther(line);
        return MsrpReadErrorCode.None;
    }

    private bool IsRepeated(Seen header)
    {
        bool repeated = (_seen & header) != 0;
        _seen |= header;
        return repeated;
    }

    private MsrpReadErrorCode ReadPath(ReadOnlySpan<byte> value, Seen header, Remembered<MsrpPath> previous)
    {
        if (!previous.TryGet(value, out MsrpPath? path))
        {
            if (!MsrpPath.TryParse(value, limits.MaxPathUris, out path))
            {
                return MsrpReadErrorCode.BadPath;
            }

            previous.Set(value, path);
        }

        if (header == Seen.ToPath)
        {
            Head.ToPath = path;
        }
        else
        {
            Head.FromPath = path;
        }

        return MsrpReadErrorCode.None;
    }

    private MsrpReadErrorCode ReadMessageId(ReadOnlySpan<byte> value)
    {
        if (!_messageId.TryGet(value, out string? id))
        {
            if (!MsrpIdent.IsValid(value, limits.MaxIdLength))
            {
                return MsrpReadErrorCode.BadMessageId;
            }

            id = Encoding.ASCII.GetString(value);
            _messageId.Set(value, id);
        }

        Head.MessageId = id;
        return MsrpReadErrorCode.None;
    }

    private MsrpReadErrorCode ReadByteRange(ReadOnlySpan<byte> value)
    {
        if (!ByteRange.TryParse(value, out ByteRange range))
        {
            return MsrpReadErrorCode.BadByteRange;
        }

        Head.ByteRange = range;
        return MsrpReadErrorCode.None;
    }

    private MsrpReadErrorCode ReadContentType(ReadOnlySpan<byte> value)
    {
        if (!_contentType.TryGet(value, out MediaType? type))
        {
            if (!MediaType.TryParse(value, out type))
            {
                return MsrpReadErrorCode.BadContentType;
            }

            _contentType.Set(value, type);
        }

        Head.ContentType = type;
        return MsrpReadErrorCode.None;
    }

    private MsrpReadErrorCode ReadFailureReport(ReadOnlySpan<byte> value)
    {
        if (Is(value, "yes"u8))
        {
            return MsrpReadErrorCode.None;
        }

        if (Is(value, "partial"u8))
        {
            Head.FailureReport = MsrpFailureReport.Partial;
            return MsrpReadErrorCode.None;
        }

        if (Is(value, "no"u8))
        {
            Head.FailureReport = MsrpFailureReport.No;
            return MsrpReadErrorCode.None;
        }

        return MsrpReadErrorCode.BadReport;
    }

    private MsrpReadErrorCode ReadSuccessReport(ReadOnlySpan<byte> value)
    {
        Head.SuccessReport = Is(value, "yes"u8);
        return Head.SuccessReport || Is(value, "no"u8) ? MsrpReadErrorCode.None : MsrpReadErrorCode.BadReport;
    }

    private MsrpReadErrorCode ReadStatus(ReadOnlySpan<byte> value)
    {
        if (value.ContainsAny(Grammar.LineBreaking) || !MsrpReportStatus.TryParse(value, out MsrpReportStatus? status))
        {
            return MsrpReadErrorCode.BadReport;
        }

        Head.ReportStatus = status;
        return MsrpReadErrorCode.None;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) =>
        name.SequenceEqual(expected) || Ascii.EqualsIgnoreCase(name, expected);
}
