using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli.Ladders;

/// <summary>
/// Draws the exchange between two ends as it happens, one line per SIP message. Of a run of MSRP chunks, the first is
/// shown and the others are counted.
/// </summary>
internal sealed class Ladder(string left, string right, Action<string> write)
{
    private const int Width = 44;
    private readonly Lock _gate = new();
    private int _sends;
    private int _responses;
    private long _bytes;

    public void Head() => write($"{left,8} {new string(' ', Width)} {right}");

    /// <summary>Adds a message when it is sent. Call it for outgoing messages only, or each would be drawn twice.</summary>
    public void Draw(bool fromLeft, ImageShareTraceEvent message)
    {
        lock (_gate)
        {
            if (!message.Protocol.StartsWith("MSRP", StringComparison.Ordinal))
            {
                CloseRun();
                Line(fromLeft, Exchange.Short(message.StartLine), $"{message.Protocol[4..]} {message.Bytes.Length} B");
                return;
            }

            bool isSend = message.StartLine.EndsWith(" SEND", StringComparison.Ordinal);
            if (isSend)
            {
                _bytes += message.BodyLength;
            }

            int before = isSend ? _sends++ : _responses++;
            if (before == 0)
            {
                string[] words = message.StartLine.Split(' ', 3);
                string what = isSend && message.BodyLength == 0 ? " (empty: opens the session)" : message.Detail is { } detail ? "  " + detail : string.Empty;
                Line(fromLeft, $"MSRP {words[^1]}{what}", $"{message.Protocol[5..]} {message.BodyLength} B");
            }
        }
    }

    /// <summary>Ends a run of chunks with its count.</summary>
    public void CloseRun()
    {
        lock (_gate)
        {
            if (_sends > 1 || _responses > 1)
            {
                write($"{string.Empty,8} │{Center($"… {_sends} SENDs, {_bytes} bytes, {_responses} responses …")}│");
            }

            _sends = _responses = 0;
            _bytes = 0;
        }
    }

    private void Line(bool fromLeft, string text, string note) => write($"{string.Empty,8} │{LadderText.Arrow(text, fromLeft, Width)}│  {note}");

    private static string Center(string text) => text.Length >= Width ? text[..Width] : text.PadLeft((Width + text.Length) / 2).PadRight(Width);
}
