using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>The values of the headers RFC 4975 knows.</summary>
internal sealed partial class MsrpHeadReader
{
    private bool IsRepeated(Seen header)
    {
        bool repeated = (_seen & header) != 0;
        _seen |= header;
        return repeated;
    }

    private MsrpDecodeReason ReadPath(ReadOnlySpan<byte> value, Seen header, Remembered<MsrpPath> previous)
    {
        if (IsRepeated(header))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        if (!previous.TryGet(value, out MsrpPath? path))
        {
            if (!MsrpPath.TryParse(value, limits.MaxPathUris, out path))
            {
                return MsrpDecodeReason.BadPath;
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

        return MsrpDecodeReason.None;
    }

    private MsrpDecodeReason ReadMessageId(ReadOnlySpan<byte> value)
    {
        if (IsRepeated(Seen.MessageId))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        if (!_messageId.TryGet(value, out string? id))
        {
            if (!MsrpIdent.IsValid(value, limits.MaxIdLength))
            {
                return MsrpDecodeReason.BadMessageId;
            }

            id = System.Text.Encoding.ASCII.GetString(value);
            _messageId.Set(value, id);
        }

        Head.MessageId = id;
        return MsrpDecodeReason.None;
    }

    private MsrpDecodeReason ReadByteRange(ReadOnlySpan<byte> value)
    {
        if (IsRepeated(Seen.ByteRange))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        if (!ByteRange.TryParse(value, out ByteRange range))
        {
            return MsrpDecodeReason.BadByteRange;
        }

        Head.ByteRange = range;
        return MsrpDecodeReason.None;
    }

    private MsrpDecodeReason ReadContentType(ReadOnlySpan<byte> value)
    {
        if (IsRepeated(Seen.ContentType))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        if (!_contentType.TryGet(value, out MediaType? type))
        {
            if (!MediaType.TryParse(value, out type))
            {
                return MsrpDecodeReason.BadContentType;
            }

            _contentType.Set(value, type);
        }

        Head.ContentType = type;
        return MsrpDecodeReason.None;
    }

    private MsrpDecodeReason ReadFailureReport(ReadOnlySpan<byte> value)
    {
        if (IsRepeated(Seen.FailureReport))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        if (Is(value, "yes"u8))
        {
            return MsrpDecodeReason.None;
        }

        if (Is(value, "partial"u8))
        {
            Head.FailureReport = MsrpFailureReport.Partial;
            return MsrpDecodeReason.None;
        }

        if (Is(value, "no"u8))
        {
            Head.FailureReport = MsrpFailureReport.No;
            return MsrpDecodeReason.None;
        }

        return MsrpDecodeReason.BadReport;
    }

    private MsrpDecodeReason ReadSuccessReport(ReadOnlySpan<byte> value)
    {
        if (IsRepeated(Seen.SuccessReport))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        Head.SuccessReport = Is(value, "yes"u8);
        return Head.SuccessReport || Is(value, "no"u8) ? MsrpDecodeReason.None : MsrpDecodeReason.BadReport;
    }

    private MsrpDecodeReason ReadStatus(ReadOnlySpan<byte> value)
    {
        if (IsRepeated(Seen.Status))
        {
            return MsrpDecodeReason.RepeatedHeader;
        }

        if (value.ContainsAny(Grammar.LineBreaking) || !MsrpReportStatus.TryParse(value, out MsrpReportStatus? status))
        {
            return MsrpDecodeReason.BadReport;
        }

        Head.ReportStatus = status;
        return MsrpDecodeReason.None;
    }

    /// <summary>The bytes of a header value and what they were read as.</summary>
    private sealed class Remembered<T>
        where T : class
    {
        private readonly ByteBuffer _bytes = new();
        private T? _value;

        public bool TryGet(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value)
        {
            value = _value;
            return value is not null && bytes.SequenceEqual(_bytes.Span);
        }

        public void Set(ReadOnlySpan<byte> bytes, T value)
        {
            _bytes.Set(bytes);
            _value = value;
        }
    }
}
