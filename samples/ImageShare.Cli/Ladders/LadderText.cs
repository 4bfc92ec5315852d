using System.Globalization;

namespace ImageShare.Cli.Ladders;

/// <summary>Draws an exchange as lines of text.</summary>
internal static class LadderText
{
    private const int Width = 56;
    private const int Narrowest = 24;
    private const int Widest = 120;
    private const int Margin = 10;

    /// <param name="exchange">The exchange.</param>
    /// <param name="columns">The width of the terminal; null for a file or a pipe.</param>
    public static IEnumerable<string> Draw(Exchange exchange, int? columns = null)
    {
        int width = columns is { } given && exchange.Rows.Count > 0 ? Fit(exchange, given) : Width;
        int gap = Math.Max(1, width + 2 - exchange.Left.Length - exchange.Right.Length + 8);
        yield return $"{new string(' ', Margin)}{exchange.Left}{new string(' ', gap)}{exchange.Right}";
        foreach (ExchangeRow row in exchange.Rows)
        {
            string time = row.Time is { } since ? string.Create(CultureInfo.InvariantCulture, $"{since.TotalSeconds:0.000}") : string.Empty;
            yield return $"{time,9} {(row.IsError ? '!' : ' ')}│{Arrow(row.Text, row.IsFromLeft, width, row.IsRun)}│  {row.Note}";
        }

        if (exchange.More > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{new string(' ', Margin)} … and {exchange.More} more");
        }
    }

    // What is left of a line besides the time, the two sides and the longest note; not wider than the texts need.
    private static int Fit(Exchange exchange, int columns)
    {
        int room = columns - 1 - Margin - 5 - exchange.Rows.Max(static row => row.Note.Length);
        return Math.Clamp(room, Narrowest, Math.Clamp(exchange.Rows.Max(static row => row.Text.Length) + 8, Width, Widest));
    }

    /// <summary>An arrow of this width with a text, cut off if it is longer.</summary>
    public static string Arrow(string text, bool isFromLeft, int width, bool isRun = false)
    {
        text = text.Length > width - 6 ? text[..(width - 7)] + "…" : text;
        string shaft = new(isRun ? '═' : '─', width - text.Length - 5);
        string start = isRun ? "══" : "──";
        return isFromLeft ? $"{start} {text} {shaft}▶" : $"◀{shaft} {text} {start}";
    }
}
