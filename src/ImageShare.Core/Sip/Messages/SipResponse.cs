using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>A SIP response (RFC 3261 §7.2).</summary>
public sealed class SipResponse : SipMessage
{
    /// <summary>Creates a response.</summary>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reasonPhrase">The reason phrase, possibly empty; null for the usual one.</param>
    /// <param name="headers">Its header, which must not be used for anything else; null for an empty one.</param>
    public SipResponse(int statusCode, string? reasonPhrase = null, SipHeaders? headers = null)
        : base(headers ?? new SipHeaders())
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase ?? SipReasonPhrase.For(statusCode);
    }

    /// <summary>100 to 699.</summary>
    public int StatusCode { get; }

    /// <summary>The reason phrase, for people only; may be empty.</summary>
    public string ReasonPhrase { get; }

    /// <summary>Why the user agent did not answer the challenge in this 401 or 407; None for any other response, and while the challenge may still be answered.</summary>
    public SipChallengeOutcome ChallengeOutcome { get; internal set; }

    /// <summary>The realm of the credentials, if the challenge has another.</summary>
    internal string? CredentialsRealm { get; set; }

    /// <summary>1xx.</summary>
    public bool IsProvisional => StatusCode < 200;

    /// <summary>2xx.</summary>
    public bool IsSuccess => StatusCode is >= 200 and < 300;

    /// <summary>A final response: 200 and above.</summary>
    public bool IsFinal => StatusCode >= 200;

    /// <summary>
    /// The response to a request (RFC 3261 §8.2.6.2): Via, From, To, Call-ID and CSeq of the request, and its Record-Route
    /// where the response may create a dialog (101 to 299).
    /// </summary>
    /// <param name="request">The request; the response has no rows for what the request lacks.</param>
    /// <param name="status">100 to 699.</param>
    /// <param name="reason">The reason phrase; null for the usual one.</param>
    /// <param name="toTag">The tag to add to To if it has none and the status is not 100; null for no tag.</param>
    public static SipResponse CreateFor(SipRequest request, int status, string? reason = null, string? toTag = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new SipResponse(status, reason, new SipHeaders(capacity: 12));
        SipHeaders headers = response.Headers;
        headers.AddAll(SipHeaderNames.Via, request.Headers);
        if (status is > 100 and < 300)
        {
            headers.AddAll(SipHeaderNames.RecordRoute, request.Headers);
        }

        headers.AddAll(SipHeaderNames.From, request.Headers);
        if (toTag is not null && status != 100 && request.Headers.To is { Tag: null } to)
        {
            headers.Add(SipHeaderNames.To, to.WithTag(toTag));
        }
        else
        {
            headers.AddAll(SipHeaderNames.To, request.Headers);
        }

        headers.AddAll(SipHeaderNames.CallId, request.Headers);
        headers.AddAll(SipHeaderNames.CSeq, request.Headers);
        return response;
    }

    /// <summary>A tag for From or To: 128 random bits (RFC 3261 §19.3).</summary>
    internal static string CreateTag() => RandomToken.Create();

    internal override void WriteStartLine(IBufferWriter<byte> output)
    {
        SafeText.ThrowIfLineBreaking(ReasonPhrase);
        output.Write("SIP/2.0 "u8);
        output.WriteNumber(StatusCode);
        output.WriteByte((byte)' ');
        output.WriteUtf8(ReasonPhrase);
    }
}
