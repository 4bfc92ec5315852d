using System.Globalization;
using System.Net;
using System.Text;
using ImageShare.Cli.Inspection;
using ImageShare.Cli.Traces;

namespace ImageShare.Cli.Captures;

/// <summary>The messages in a file that <see cref="TraceWriter"/> wrote.</summary>
internal static class TraceText
{
    /// <exception cref="CaptureException">While reading: something else stands where a message should begin.</exception>
    public static IEnumerable<CapturedMessage> Read(ReadOnlyMemory<byte> bytes)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            int start = at;
            ReadOnlySpan<byte> rest = bytes.Span[at..];
            int lineEnd = rest.IndexOf("\r\n"u8);
            if (!TraceInspector.IsTrace(rest) || lineEnd < 0 || Parse(Encoding.UTF8.GetString(rest[..lineEnd])) is not { } head)
            {
                throw new CaptureException(string.Create(CultureInfo.InvariantCulture, $"No message begins at byte {at} of the trace; the file was changed or cut off."));
            }

            at += lineEnd + 2;
            rest = bytes.Span[at..];
            int headEnd = rest.IndexOf(head.IsMsrp ? "\r\n"u8 : "\r\n\r\n"u8);
            long length = head.Problem is not null ? head.BodyLength
                : headEnd < 0 ? rest.Length
                : head.IsMsrp ? headEnd
                : headEnd + 4 + head.BodyLength;
            byte[] message = rest[..(int)Math.Min(length, rest.Length)].ToArray();
            string line = Encoding.UTF8.GetString(message).Split("\r\n")[0];
            string[] parts = line.Split("  ", 2);
            at += message.Length;
            while (at < bytes.Length && bytes.Span[at] is (byte)'\r' or (byte)'\n')
            {
                at++;
            }

            yield return head with
            {
                StartLine = head.IsMsrp ? parts[0] : line,
                Flag = head.IsMsrp && parts.Length > 1 && parts[1].Length > 0 ? parts[1][^1] : ' ',
                Bytes = head.IsMsrp ? [] : message,
                Length = head.IsMsrp ? head.BodyLength : message.Length,
                BodyLength = head.Problem is null ? head.BodyLength : 0,
                Offset = start,
            };
        }
    }

    // ">>> SIP/UDP 127.0.0.1:5060 to 127.0.0.1:5070, time 2026-11-29T12:00:00.000000Z, body 0". Older ones have no time, and no local address for MSRP.
    private static CapturedMessage? Parse(string line)
    {
        string[] comma = line.Split(", ");
        string[] words = comma[0].Split(' ');
        if (words.Length != 5 || !IPEndPoint.TryParse(words[4], out IPEndPoint? remote)
            || !long.TryParse(comma[^1].Split(' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out long body))
        {
            return null;
        }

        IPEndPoint local = IPEndPoint.TryParse(words[2], out IPEndPoint? known) ? known : new IPEndPoint(IPAddress.Any, 0);
        string? time = comma.FirstOrDefault(static c => c.StartsWith("time ", StringComparison.Ordinal));
        string? problem = comma.FirstOrDefault(static c => c.StartsWith("not read: ", StringComparison.Ordinal));
        bool isOutgoing = words[0] == ">>>";
        return new CapturedMessage
        {
            From = isOutgoing ? local : remote,
            To = isOutgoing ? remote : local,
            IsMsrp = words[1].StartsWith("MSRP", StringComparison.Ordinal),
            Transport = words[1][(words[1].IndexOf('/', StringComparison.Ordinal) + 1)..],
            StartLine = string.Empty,
            Time = time is not null && DateTimeOffset.TryParse(time[5..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset when) ? when : null,
            Problem = problem,
            BodyLength = body,
        };
    }
}
