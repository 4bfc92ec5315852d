using System.Globalization;

namespace ImageShare.Cli.Ladders;

/// <summary>Draws an exchange as lines of text.</summary>
internal static class LadderText
{
    private const int Width = 56;

    public static IEnumerable<string> Draw(Exchange exchange)
    {
        const int Margin = 10;
        int gap = Math.Max(1, Width + 2 - exchange.Left.Length - exchange.Right.Length + 8);
        yield return $"{new string(' ', Margin)}{exchange.Left}{new string(' ', gap)}{exchange.Right}";
        foreach (ExchangeRow row in exchange.Rows)
        {
            string time = row.Time is { } since ? string.Create(CultureInfo.InvariantCulture, $"{since.TotalSeconds:0.000}") : string.Empty;
            yield return $"{time,9} {(row.IsError ? '!' : ' ')}│{Arrow(row.Text, row.IsFromLeft, Width, row.IsRun)}│  {row.Note}";
        }

        if (exchange.More > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{new string(' ', Margin)} … and {exchange.More} more");
        }
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
