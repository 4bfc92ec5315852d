using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>Fills a <see cref="MsrpHead"/> line by line: the start line, the headers, and what ends it (RFC 4975 §9). Not thread-safe.</summary>
internal sealed class MsrpHeadReader(MsrpLimits limits)
{
    private readonly HeaderReader _headers = new(limits);

    public MsrpHead Head => _headers.Head;

    /// <summary>The sign of the end-line that ended the head.</summary>
    public MsrpContinuation Continuation { get; private set; }

    /// <summary>Why the last line was broken.</summary>
    public MsrpReadErrorCode Reason { get; private set; }

    /// <summary>
    /// pMSRP SP transact-id SP ( method / status-code [SP comment] ). False when not even the transaction id can be read.
    /// </summary>
    public bool TryReadStart(ReadOnlySpan<byte> line, long offset)
    {
        _headers.Reset();
        if (!line.StartsWith("MSRP "u8))
        {
            Reason = MsrpReadErrorCode.NotMsrp;
            return false;
        }

        ReadOnlySpan<byte> rest = line[5..];
        ReadOnlySpan<byte> id = MsrpIdent.Leading(rest);
        if (!MsrpIdent.IsValidLeading(id, limits.MaxIdLength) || (rest.Length > id.Length && rest[id.Length] != ' '))
        {
            Reason = MsrpReadErrorCode.BadTransactionId;
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

    /// <inheritdoc cref="HeaderReader.Range"/>
    public (long Offset, int Length) Range => _headers.Range;

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

        // Reading continues after a fault: the paths are needed to answer 400 (RFC 4975 §10.2). The first fault counts.
        MsrpReadErrorCode reason = _headers.Read(line, offset);
        if (reason != MsrpReadErrorCode.None)
        {
            Head.Fault ??= new MsrpReadError(reason, offset);
        }

        return HeadLine.Header;
    }

    private void ReadOther(ReadOnlySpan<byte> rest, long offset)
    {
        // A malformed request is answered, a malformed response is not: a start line with a digit there counts as a response.
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
            Head.Fault = new MsrpReadError(MsrpReadErrorCode.BadStartLine, offset);
        }
    }

    private void Finish(long offset)
    {
        if (Head.Fault is null && (Head.ToPath is null || Head.FromPath is null))
        {
            Head.Fault = new MsrpReadError(MsrpReadErrorCode.MissingPath, offset);
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
}

/// <summary>What one line meant to the head it belongs to.</summary>
internal enum HeadLine
{
    /// <summary>A header: the head continues.</summary>
    Header,

    /// <summary>The empty line: a body follows.</summary>
    Blank,

    /// <summary>The end-line: there is no body.</summary>
    End,

    /// <summary>The stream cannot be read past this line.</summary>
    Broken,
}
