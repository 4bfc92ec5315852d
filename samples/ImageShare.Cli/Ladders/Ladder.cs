using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli.Ladders;

/// <summary>
/// Draws the exchange between two ends as it happens, one line per SIP message. Of a run of MSRP chunks, the first is
/// shown and the others are counted.
/// </summary>
/// <param name="left">The name of the left side.</param>
/// <param name="right">The name of the right side.</param>
/// <param name="columns">The width of the terminal; null for a file or a pipe.</param>
/// <param name="write">Writes a line.</param>
internal sealed class Ladder(string left, string right, int? columns, Action<string> write)
{
    // The margin, the two sides and a note such as "TCP 65536 B" stand beside it.
    private readonly int _width = columns is { } given ? Math.Clamp(given - 26, 24, 60) : 44;
    private readonly Lock _gate = new();
    private int _sends;
    private int _responses;
    private long _bytes;

    public void Head() => write($"{left,8} {new string(' ', _width)} {right}");

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

    private void Line(bool fromLeft, string text, string note) => write($"{string.Empty,8} │{LadderText.Arrow(text, fromLeft, _width)}│  {note}");

    private string Center(string text) => text.Length >= _width ? text[.._width] : text.PadLeft((_width + text.Length) / 2).PadRight(_width);
}
