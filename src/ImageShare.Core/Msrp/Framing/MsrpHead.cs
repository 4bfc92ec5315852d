using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>
/// The start line and headers of a request or response. A decoder has one such object and fills it anew for each head;
/// what must outlive the next head has to be copied (the paths, texts and types are immutable and may be kept as they are).
/// </summary>
public sealed class MsrpHead
{
    private readonly ByteBuffer _transactionId = new();
    private readonly ByteBuffer _otherHeaders = new();

    internal MsrpHead()
    {
    }

    /// <summary>The transaction id; valid until the next head is read.</summary>
    public ReadOnlySpan<byte> TransactionId => _transactionId.Span;

    /// <summary>Whether this is a request; otherwise it is a response.</summary>
    public bool IsRequest => Method is not null;

    /// <summary>The method of a request, such as <c>SEND</c>; null in a response.</summary>
    public string? Method { get; internal set; }

    /// <summary>The status code of a response; 0 in a request.</summary>
    public int Status { get; internal set; }

    /// <summary>The comment of a response; null when there is none.</summary>
    public string? Comment { get; internal set; }

    /// <summary>To-Path: the path to the receiver. Null only when <see cref="Fault"/> is set.</summary>
    public MsrpPath? ToPath { get; internal set; }

    /// <summary>From-Path: the path back to the sender. Null only when <see cref="Fault"/> is set.</summary>
    public MsrpPath? FromPath { get; internal set; }

    /// <summary>The Message-ID, null when there is none.</summary>
    public string? MessageId { get; internal set; }

    /// <summary>The Byte-Range, null when there is none.</summary>
    public ByteRange? ByteRange { get; internal set; }

    /// <summary>Whether success reports are wanted (Success-Report: yes).</summary>
    public bool SuccessReport { get; internal set; }

    /// <summary>Which answers are wanted.</summary>
    public MsrpFailureReport FailureReport { get; internal set; }

    /// <summary>The Status header of a REPORT, null when there is none.</summary>
    public MsrpReportStatus? ReportStatus { get; internal set; }

    /// <summary>The type of the body, null when there is none.</summary>
    public MediaType? ContentType { get; internal set; }

    /// <summary>Whether a body follows, be it an empty one: the head ended in an empty line (RFC 4975 §7.1).</summary>
    public bool HasBody { get; internal set; }

    /// <summary>
    /// What is wrong with the head; null when nothing. Such a head still has its transaction id and its body and end are
    /// still found, so a request can be answered with 400 and the connection stays usable (RFC 4975 §10.2).
    /// </summary>
    public MsrpReadError? Fault { get; internal set; }

    /// <summary>The offset of the start line in the stream.</summary>
    internal long StartOffset { get; set; }

    /// <summary>The offset of the Byte-Range value in the stream.</summary>
    internal long RangeOffset { get; set; }

    /// <summary>The offset of a From-Path that precedes To-Path; -1 when none does.</summary>
    internal long FromPathFirstAt { get; set; } = -1;

    /// <summary>Whether this is a SEND.</summary>
    public bool IsSend { get; internal set; }

    /// <summary>Whether this is a REPORT.</summary>
    public bool IsReport { get; internal set; }

    /// <summary>The start line as it was read, without its line end.</summary>
    internal string StartLine => Method is null
        ? $"MSRP {Encoding.ASCII.GetString(TransactionId)} {Status:000}{(Comment is null ? null : " ")}{Comment}"
        : $"MSRP {Encoding.ASCII.GetString(TransactionId)} {Method}";

    /// <summary>The headers that have no property here, in their order; read from the bytes at each call.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> GetOtherHeaders()
    {
        if (_otherHeaders.Length == 0)
        {
            return [];
        }

        var headers = new List<KeyValuePair<string, string>>();
        ReadOnlySpan<byte> rest = _otherHeaders.Span;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            int colon = rest.IndexOf((byte)':');
            headers.Add(new(
                WellKnownText.GetString(rest[..colon]),
                WellKnownText.GetString(Grammar.TrimWhiteSpace(rest[(colon + 1)..end]))));
            rest = rest[(end + 1)..];
        }

        return headers;
    }

    internal void Reset(ReadOnlySpan<byte> transactionId)
    {
        _transactionId.Set(transactionId);
        _otherHeaders.Clear();
        Method = null;
        Status = 0;
        Comment = null;
        ToPath = null;
        FromPath = null;
        MessageId = null;
        ByteRange = null;
        SuccessReport = false;
        FailureReport = MsrpFailureReport.Yes;
        ReportStatus = null;
        ContentType = null;
        HasBody = false;
        Fault = null;
        IsSend = false;
        IsReport = false;
        StartOffset = 0;
        RangeOffset = 0;
        FromPathFirstAt = -1;
    }

    /// <summary>The same head again, with another transaction id and another byte range.</summary>
    internal void Repeat(ReadOnlySpan<byte> transactionId, ByteRange? range)
    {
        _transactionId.Set(transactionId);
        ByteRange = range;
    }

    /// <summary>The same head again, at another place in the stream.</summary>
    internal void MoveTo(long offset)
    {
        RangeOffset += offset - StartOffset;
        StartOffset = offset;
    }

    internal void AddOther(ReadOnlySpan<byte> line)
    {
        _otherHeaders.Append(line);
        _otherHeaders.Append("\n"u8);
    }
}
