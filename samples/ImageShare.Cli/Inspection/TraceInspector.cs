using System.Globalization;
using System.Text;
using ImageShare.Cli.Traces;

namespace ImageShare.Cli.Inspection;

/// <summary>
/// What <see cref="TraceWriter"/> writes: before each message a line that says which way it went, and behind it an empty line. SIP messages stand there whole,
/// of MSRP the first line only, and of what could not be read the beginning.
/// </summary>
internal static class TraceInspector
{
    public static bool IsTrace(ReadOnlySpan<byte> bytes) => bytes.StartsWith(">>> "u8) || bytes.StartsWith("<<< "u8);

    public static IEnumerable<Finding> Inspect(ReadOnlyMemory<byte> bytes)
    {
        int at = 0;
        var findings = new List<Finding>();
        while (at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes.Span[at..];
            int lineEnd = rest.IndexOf("\r\n"u8);
            if (!IsTrace(rest) || lineEnd < 0 || !TryReadLine(rest[..lineEnd], out bool isSip, out bool isUnread, out int body))
            {
                findings.Add(new Finding { Kind = "trace", Error = "NotATraceLine", Offset = at });
                return findings;
            }

            at += lineEnd + 2;
            rest = bytes.Span[at..];
            if (isUnread)
            {
                int shown = Math.Min(body, rest.Length);
                findings.AddRange(Shifted(isSip ? SipInspector.Inspect(bytes.Slice(at, shown)) : MsrpInspector.Inspect(bytes.Slice(at, shown)), at));
                at = PassEmptyLine(bytes.Span, at + shown);
                continue;
            }

            int headEnd = rest.IndexOf(isSip ? "\r\n\r\n"u8 : "\r\n"u8);
            int length = headEnd < 0 ? rest.Length : isSip ? Math.Min(headEnd + 4 + body, rest.Length) : headEnd;
            findings.AddRange(isSip ? Shifted(SipInspector.Inspect(bytes.Slice(at, length)), at) : [Line(rest[..length], at, body)]);
            at = PassEmptyLine(bytes.Span, at + length);
        }

        return findings;
    }

    private static int PassEmptyLine(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length && bytes[at] is (byte)'\r' or (byte)'\n')
        {
            at++;
        }

        return at;
    }

    // ">>> SIP/UDP 127.0.0.1:5060 to 127.0.0.1:5070, body 0", or "<<< …, not read: BadContentLength at byte 212, bytes 400"
    private static bool TryReadLine(ReadOnlySpan<byte> line, out bool isSip, out bool isUnread, out int body)
    {
        isSip = line[4..].StartsWith("SIP/"u8);
        isUnread = line.IndexOf(", not read: "u8) > 0;
        int last = line.LastIndexOf((byte)' ');
        return int.TryParse(line[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out body);
    }

    private static Finding Line(ReadOnlySpan<byte> line, long offset, int body) =>
        new() { Kind = "msrp", Start = Encoding.UTF8.GetString(line), Offset = offset, BodyLength = body };

    private static IEnumerable<Finding> Shifted(IEnumerable<Finding> findings, long by) => findings.Select(finding => finding with
    {
        Offset = finding.Offset + by,
        Warnings = [.. finding.Warnings.Select(warning => warning with { Offset = warning.Offset + by })],
    });
}
