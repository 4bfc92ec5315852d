namespace ImageShare.Cli.Inspection;

/// <summary>Reads the raw bytes of one message, or of a stream of them, and says what they are. Never throws for what is in them.</summary>
internal static class Inspector
{
    public static IEnumerable<Finding> Inspect(ReadOnlyMemory<byte> octets, string? kind) => (kind ?? Guess(octets.Span)) switch
    {
        "trace" => TraceInspector.Inspect(octets),
        "msrp" => MsrpInspector.Inspect(octets),
        "sdp" => [SdpInspector.Inspect(octets, 0)],
        "multipart" => MultipartInspector.InspectFile(octets),
        _ => SipInspector.Inspect(octets),
    };

    private static string Guess(ReadOnlySpan<byte> octets)
    {
        octets = octets.TrimStart("\r\n"u8);
        return TraceInspector.IsTrace(octets) ? "trace"
            : octets.StartsWith("MSRP "u8) ? "msrp"
            : octets.StartsWith("v=0"u8) ? "sdp"
            : octets.StartsWith("--"u8) || MimeHeader.IsAtStartOf(octets) ? "multipart"
            : "sip";
    }
}
