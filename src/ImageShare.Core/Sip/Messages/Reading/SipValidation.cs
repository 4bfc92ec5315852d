using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>The response to a request that is refused.</summary>
public readonly record struct SipRejection
{
    internal SipRejection(int status, string reason)
    {
        Status = status;
        Reason = reason;
    }

    /// <summary>The status code.</summary>
    public int Status { get; init; }

    /// <summary>A reason phrase that names the error.</summary>
    public string Reason { get; init; }
}

/// <summary>A header that every response needs and that is missing or cannot be read.</summary>
public readonly record struct SipHeaderFault
{
    internal SipHeaderFault(string name, bool isMissing, int offset)
    {
        Name = name;
        IsMissing = isMissing;
        Offset = offset;
    }

    /// <summary>The header.</summary>
    public string Name { get; init; }

    /// <summary>Whether it is missing.</summary>
    public bool IsMissing { get; init; }

    /// <summary>The byte offset of its value in the message; 0 when it is missing.</summary>
    public int Offset { get; init; }

    /// <summary>Such as <c>Missing CSeq</c> or <c>Bad CSeq</c>.</summary>
    public override string ToString() => (IsMissing ? "Missing " : "Bad ") + Name;
}

/// <summary>Checks whether a request may be processed (RFC 3261 §8.2), and whether a response can be matched.</summary>
public static class SipValidation
{
    private static readonly string[] SingleHeaders =
        [SipHeaderNames.From, SipHeaderNames.To, SipHeaderNames.CallId, SipHeaderNames.CSeq, SipHeaderNames.MaxForwards];

    /// <summary>
    /// The status with which any server must refuse the request, or null if it is valid: 505 for another SIP version; 400 for a missing, repeated or
    /// unreadable header that every request needs, for a CSeq that does not match the method, and for a body without a type; 501 if such a CSeq
    /// comes with an unknown method; 416 for a Request-URI with an unsupported scheme. A missing Max-Forwards and a From without a tag are tolerated
    /// (RFC 2543 peers). An ACK is never answered: drop it if this is not null.
    /// </summary>
    public static SipRejection? Check(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        SipHeaders headers = request.Headers;
        if (!request.Version.Equals("SIP/2.0", StringComparison.OrdinalIgnoreCase))
        {
            return new SipRejection(505, "Version Not Supported");
        }

        foreach (string name in SingleHeaders)
        {
            if (headers.CountOf(name) > 1)
            {
                return Bad($"Repeated {name}");
            }
        }

        if (request.RequestUri.Scheme.Length == 0)
        {
            return Bad("Bad Request-URI");
        }

        if (CheckRequired(request) is { } rejection)
        {
            return rejection;
        }

        if (headers.Contains(SipHeaderNames.MaxForwards) && headers.MaxForwards is null)
        {
            return Bad(headers, SipHeaderNames.MaxForwards);
        }

        if (!request.RequestUri.IsSip && !request.RequestUri.Scheme.Equals("tel", StringComparison.OrdinalIgnoreCase))
        {
            return new SipRejection(416, "Unsupported URI Scheme");
        }

        return !request.Body.IsEmpty && !headers.Contains(SipHeaderNames.ContentType) && !LooksLikeSdp(request.Body.Span)
            ? Bad(headers, SipHeaderNames.ContentType)
            : null;
    }

    // The headers every request needs (RFC 3261 §8.1.1) must be readable, and the CSeq must match the method.
    private static SipRejection? CheckRequired(SipRequest request)
    {
        SipHeaders headers = request.Headers;
        string? bad = headers.Vias.Count == 0 ? SipHeaderNames.Via
            : headers.From is null ? SipHeaderNames.From
            : headers.To is null ? SipHeaderNames.To
            : !IsCallId(headers.CallId) ? SipHeaderNames.CallId
            : headers.CSeq is null ? SipHeaderNames.CSeq
            : null;
        return bad is null ? Check(headers.CSeq!, request.Method) : Bad(headers, bad);
    }

    // RFC 3261 §25.1: no control characters. The Call-ID identifies the call in logs and tables.
    private static bool IsCallId(string? text) => text is not null && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static SipRejection? Check(CSeq cseq, SipMethod method)
    {
        if (cseq.Number > int.MaxValue)
        {
            return Bad("CSeq Number Too Large");
        }

        if (cseq.Method != method)
        {
            // RFC 4475 §3.1.2.18: an unknown method may have unknown rules for its CSeq.
            return method.IsKnown ? Bad("CSeq Method Mismatch") : new SipRejection(501, "Not Implemented");
        }

        return null;
    }

    /// <summary>
    /// Whether a response can be matched to its request: null, or the first of the headers every response needs (RFC 3261 §8.2.6.2) that is missing or
    /// cannot be read. Such a response is dropped.
    /// </summary>
    public static SipHeaderFault? Check(SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        SipHeaders headers = response.Headers;
        string? bad = headers.TopVia is null ? SipHeaderNames.Via
            : headers.From is null ? SipHeaderNames.From
            : headers.To is null ? SipHeaderNames.To
            : headers.CallId is null ? SipHeaderNames.CallId
            : headers.CSeq is null or { Number: > int.MaxValue } ? SipHeaderNames.CSeq
            : null;
        return bad is null ? null : new SipHeaderFault(bad, !headers.Contains(bad), OffsetOf(headers, bad));
    }

    /// <summary>The same for a response that cannot be matched, as a read error.</summary>
    internal static SipReadError Unreadable(SipResponse response) => new(
        SipReadErrorCode.BadRequiredHeader, response.Headers is { TopVia: { Branch: null } } headers ? OffsetOf(headers, SipHeaderNames.Via) : Check(response)?.Offset ?? 0);

    private static int OffsetOf(SipHeaders headers, string name) => headers.IndexOf(name) is >= 0 and int row ? Math.Max(headers.Row(row).Offset, 0) : 0;

    // Some peers send SDP without Content-Type.
    private static bool LooksLikeSdp(ReadOnlySpan<byte> body) => body.StartsWith("v=0"u8);

    private static SipRejection Bad(SipHeaders headers, string name) => Bad((headers.Contains(name) ? "Bad " : "Missing ") + name);

    private static SipRejection Bad(string reason) => new(400, reason);
}
