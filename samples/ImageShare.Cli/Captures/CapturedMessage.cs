using System.Net;

namespace ImageShare.Cli.Captures;

/// <summary>A SIP message or an MSRP request or response of a capture or a trace.</summary>
internal sealed record CapturedMessage
{
    /// <summary>When it passed; null if the file does not say.</summary>
    public DateTimeOffset? Time { get; init; }

    public required IPEndPoint From { get; init; }

    public required IPEndPoint To { get; init; }

    public bool IsMsrp { get; init; }

    /// <summary>UDP, TCP or TLS.</summary>
    public required string Transport { get; init; }

    public required string StartLine { get; init; }

    /// <summary>The whole message for SIP; for MSRP the head and the end-line, without the body.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>The bytes of the body on the wire, also of one that was left out of the file.</summary>
    public long BodyLength { get; init; }

    /// <summary>The bytes of the whole message.</summary>
    public long Length { get; init; }

    /// <summary>The continuation flag of MSRP.</summary>
    public char Flag { get; init; }

    /// <summary>Why it could not be read, or what is missing here; null for a message.</summary>
    public string? Problem { get; init; }

    /// <summary>Where in the file its last packet is.</summary>
    public long Offset { get; init; }
}
