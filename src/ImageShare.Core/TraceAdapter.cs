using System.Globalization;
using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sip.Transport;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core;

/// <summary>Converts SIP and MSRP trace events to <see cref="ImageShareTraceEvent"/>.</summary>
internal static class TraceAdapter
{
    public static Action<SipTraceEvent>? ForSip(Action<ImageShareTraceEvent>? listener) => listener is null ? null : message => listener(
        new ImageShareTraceEvent(
            message.Outgoing,
            "SIP/" + message.Protocol.ToString().ToUpperInvariant(),
            message.Message.StartLine,
            message.Local,
            message.Remote,
            message.Bytes,
            message.Message.Body.Length,
            null));

    public static Action<SipUnreadableTraceEvent>? ForUnreadableSip(Action<ImageShareTraceEvent>? listener) => listener is null ? null : message => listener(
        new ImageShareTraceEvent(
            IsOutgoing: false,
            "SIP/" + message.Protocol.ToString().ToUpperInvariant(),
            FirstLine(message.Bytes.Span),
            message.Local,
            message.Remote,
            message.Bytes,
            0,
            null)
        {
            Problem = string.Create(CultureInfo.InvariantCulture, $"{message.Error.Reason} at byte {message.Error.Offset}"),
        });

    public static Action<MsrpTraceEvent>? ForMsrp(Action<ImageShareTraceEvent>? listener, ILogger log) => listener is null ? null : message =>
    {
        try
        {
            listener(new ImageShareTraceEvent(
                message.Outgoing,
                "MSRP/TCP",
                message.StartLine,
                null,
                message.Remote,
                message.Bytes,
                (int)Math.Min(message.BodyLength, int.MaxValue),
                message.Range is { } range ? $"{range} {message.Continuation}" : null)
            {
                Problem = message.Problem,
            });
        }
        catch (Exception e)
        {
            // A trace listener must not affect the transfer. The SIP transport does the same.
            log.TraceFailed(e);
        }
    };

    private static string FirstLine(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
