using ImageShare.Cli.Captures;

namespace ImageShare.Cli.Inspection;

/// <summary>Reads the raw bytes of one message, or of a stream of them, and says what they are. Never throws for what is in them.</summary>
internal static class Inspector
{
    public static IEnumerable<Finding> Inspect(ReadOnlyMemory<byte> bytes, string? kind) => (kind ?? Guess(bytes.Span)) switch
    {
        "capture" => CaptureInspector.Inspect(new MemoryStream(bytes.ToArray())),
        "trace" => TraceInspector.Inspect(bytes),
        "msrp" => MsrpInspector.Inspect(bytes),
        "sdp" => [SdpInspector.Inspect(bytes, 0)],
        "multipart" => MultipartInspector.InspectFile(bytes),
        _ => SipInspector.Inspect(bytes),
    };

    private static string Guess(ReadOnlySpan<byte> bytes)
    {
        if (PacketFileReader.IsCapture(bytes))
        {
            return "capture";
        }

        bytes = bytes.TrimStart("\r\n"u8);
        return TraceInspector.IsTrace(bytes) ? "trace"
            : bytes.StartsWith("MSRP "u8) ? "msrp"
            : bytes.StartsWith("v=0"u8) ? "sdp"
            : bytes.StartsWith("--"u8) || MimeHeader.IsAtStartOf(bytes) ? "multipart"
            : "sip";
    }
}
