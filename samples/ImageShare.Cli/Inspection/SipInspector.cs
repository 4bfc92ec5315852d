using System.Buffers;
using System.Globalization;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Cli.Inspection;

/// <summary>SIP messages: a stream of them framed by Content-Length, or one datagram.</summary>
internal static class SipInspector
{
    public static IEnumerable<Finding> Inspect(ReadOnlyMemory<byte> bytes)
    {
        var reader = new SipReader();
        var input = new ReadOnlySequence<byte>(bytes);
        var findings = new List<Finding>();
        (Finding Finding, SipMessage Message)? last = null;
        while (true)
        {
            long offset = bytes.Length - input.Length;
            switch (reader.Read(ref input, out SipMessage? message))
            {
                case OperationStatus.Done:
                    long end = bytes.Length - input.Length;
                    Finding[] described = [.. Describe(message!, offset + Leading(bytes, offset), end - message!.Body.Length)];
                    last = (described[0], message);
                    findings.AddRange(described);
                    continue;
                case OperationStatus.NeedMoreData when findings.Count > 0 && OnlyLineBreaks(input):
                    return findings;
                case not OperationStatus.Done when last is { } whole && IsSurplus(whole, bytes.Span[(int)offset..]):
                    whole.Finding.Warnings.Add(new FoundWarning(nameof(SipWarningCode.TrailingBytes), offset, new SipWarning(SipWarningCode.TrailingBytes, 0).Clause));
                    return findings;
                default:
                    // What cannot be framed as a stream may still be a datagram: it ends where the file does.
                    findings.AddRange(AsDatagram(bytes[(int)offset..], offset));
                    return findings;
            }
        }
    }

    private static IEnumerable<Finding> AsDatagram(ReadOnlyMemory<byte> bytes, long offset)
    {
        int leading = Leading(bytes, 0);
        if (!SipReader.TryReadDatagram(bytes.ToArray(), null, out SipMessage? message, out SipReadError? error))
        {
            return [new Finding { Kind = "sip", Start = message?.StartLine, Error = error.Value.Code.ToString(), Offset = offset + leading + error.Value.Offset }];
        }

        int head = bytes.Span.IndexOf("\r\n\r\n"u8);
        return Describe(message, offset + leading, offset + (head < 0 ? bytes.Length : head + 4));
    }

    private static IEnumerable<Finding> Describe(SipMessage message, long offset, long bodyOffset)
    {
        SipRejection? rejection = message is SipRequest request ? SipValidation.Check(request) : null;
        SipHeaderFault? fault = message is SipResponse response ? SipValidation.Check(response) : null;
        var finding = new Finding
        {
            Kind = "sip",
            Start = message.StartLine,
            Error = rejection is { } refused ? string.Create(CultureInfo.InvariantCulture, $"{refused.Status} {refused.Reason}") : fault?.ToString(),
            Offset = offset + (fault?.Offset ?? 0),
            BodyLength = message.Body.Length,
            Warnings = [.. message.Warnings.Select(w => new FoundWarning(w.Code.ToString(), offset + w.Offset, w.Clause))],
        };
        foreach (SipHeader header in message.Headers)
        {
            finding.Fields.Add((header.Name, header.Value));
        }

        IEnumerable<Finding> body = message.Headers.ContentType switch
        {
            _ when message.Body.IsEmpty => [],
            { } type when type.Is("application", "sdp") => [SdpInspector.Inspect(message.Body, bodyOffset)],
            { } type when type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) => MultipartInspector.Inspect(type, message.Body, bodyOffset),
            _ => [],
        };
        return [finding, .. body];
    }

    // What a datagram holds behind its body is discarded (RFC 3261 §18.3); what looks like the beginning of another message is one that is broken.
    private static bool IsSurplus((Finding Finding, SipMessage Message) last, ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart("\r\n"u8);
        int word = rest.IndexOf((byte)' ');
        bool isMessage = rest.StartsWith("SIP/"u8) || (word > 0 && !rest[..word].ContainsAnyExceptInRange((byte)'A', (byte)'Z'));
        return !isMessage && last.Message.Headers.TopVia?.Transport.Equals("UDP", StringComparison.OrdinalIgnoreCase) == true;
    }

    private static int Leading(ReadOnlyMemory<byte> bytes, long offset)
    {
        ReadOnlySpan<byte> rest = bytes.Span[(int)offset..];
        return rest.Length - rest.TrimStart("\r\n"u8).Length;
    }

    private static bool OnlyLineBreaks(ReadOnlySequence<byte> input)
    {
        foreach (ReadOnlyMemory<byte> segment in input)
        {
            if (segment.Span.ContainsAnyExcept((byte)'\r', (byte)'\n'))
            {
                return false;
            }
        }

        return true;
    }
}
