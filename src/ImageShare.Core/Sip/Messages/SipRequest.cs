using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>A SIP request (RFC 3261 §7.1).</summary>
public sealed class SipRequest : SipMessage
{
    /// <summary>Creates a request with an empty header.</summary>
    public SipRequest(SipMethod method, SipUri requestUri)
        : this(method, requestUri, new SipHeaders())
    {
    }

    /// <summary>Creates a request with this header, which must not be used for anything else.</summary>
    public SipRequest(SipMethod method, SipUri requestUri, SipHeaders headers)
        : base(headers)
    {
        ArgumentNullException.ThrowIfNull(requestUri);
        ArgumentNullException.ThrowIfNull(headers);
        Method = method;
        RequestUri = requestUri;
    }

    /// <summary>The method.</summary>
    public SipMethod Method { get; }

    /// <summary>
    /// The target of the request. If it cannot be read as a URI, its scheme is empty and its opaque part has the text;
    /// <see cref="Reading.SipValidation"/> refuses such a request.
    /// </summary>
    public SipUri RequestUri { get; internal set; }

    /// <summary>The version in the request line; only <c>SIP/2.0</c> is accepted.</summary>
    public string Version { get; init; } = "SIP/2.0";

    /// <summary>A copy with its own header; the body bytes are shared.</summary>
    public SipRequest Clone() => new(Method, RequestUri, new SipHeaders(Headers)) { Body = Body, Version = Version };

    internal override void WriteStartLine(IBufferWriter<byte> output)
    {
        SafeText.ThrowIfLineBreaking(Version);
        output.WriteUtf8(Method.Name);
        output.WriteByte((byte)' ');
        RequestUri.Write(output);
        output.WriteByte((byte)' ');
        output.WriteUtf8(Version);
    }
}
