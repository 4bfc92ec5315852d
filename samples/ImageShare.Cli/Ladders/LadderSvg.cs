using System.Globalization;
using System.Text;

namespace ImageShare.Cli.Ladders;

/// <summary>Draws an exchange as an SVG that stands alone: its colours follow the reader's light or dark scheme; no scripts, no fonts of its own.</summary>
internal static class LadderSvg
{
    private const int Left = 110;
    private const int Right = 690;
    private const int Width = 900;
    private const int Top = 74;
    private const int Step = 36;

    // Light unless the reader prefers dark. No variables: not every viewer knows them.
    private const string Style = """
        .back { fill: #ffffff; }
        text { font-family: ui-sans-serif, system-ui, sans-serif; font-size: 13px; fill: #1f2328; }
        .end { font-weight: 600; text-anchor: middle; }
        .time, .note { fill: #59636e; font-size: 12px; }
        .time { text-anchor: end; }
        .what { text-anchor: middle; }
        .life { stroke: #d1d9e0; stroke-width: 2; }
        .shaft { stroke: #0969da; stroke-width: 1.5; }
        .head { fill: #0969da; }
        .run .shaft { stroke: #1a7f37; stroke-width: 5; }
        .run .head { fill: #1a7f37; }
        .error .shaft { stroke: #cf222e; stroke-dasharray: 6 3; }
        .error .head { fill: #cf222e; }
        .error .what { fill: #cf222e; font-weight: 600; }
        @media (prefers-color-scheme: dark) {
          .back { fill: #0d1117; }
          text { fill: #e6edf3; }
          .time, .note { fill: #9198a1; }
          .life { stroke: #3d444d; }
          .shaft { stroke: #4493f8; }
          .head { fill: #4493f8; }
          .run .shaft { stroke: #3fb950; }
          .run .head { fill: #3fb950; }
          .error .shaft { stroke: #f85149; }
          .error .head, .error .what { fill: #f85149; }
        }
        """;

    public static string Draw(Exchange exchange, string title)
    {
        int height = Top + (exchange.Rows.Count * Step) + (exchange.More > 0 ? Step : 0) + 20;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"t\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title id=\"t\">{Escape(title)}</title>\n<style>\n{Style}\n</style>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"back\" width=\"{Width}\" height=\"{height}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"note\" x=\"12\" y=\"20\">{Escape(title)}{(exchange.Start is { } start ? Escape($", {start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC") : string.Empty)}</text>\n");
        foreach ((int x, string name) in (ReadOnlySpan<(int, string)>)[(Left, exchange.Left), (Right, exchange.Right)])
        {
            // A long name, as IPv6 has, would leave the picture.
            string place = name.Length <= 26 ? $"x=\"{x}\"" : x == Left ? "x=\"12\" style=\"text-anchor: start\"" : $"x=\"{Width - 12}\" style=\"text-anchor: end\"";
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"end\" {place} y=\"46\">{Escape(name)}</text>\n<line class=\"life\" x1=\"{x}\" y1=\"54\" x2=\"{x}\" y2=\"{height - 12}\"/>\n");
        }

        int y = Top + 12;
        foreach (ExchangeRow row in exchange.Rows)
        {
            Draw(svg, row, y);
            y += Step;
        }

        if (exchange.More > 0)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"note\" x=\"{Left + 12}\" y=\"{y}\">… and {exchange.More} more</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(StringBuilder svg, ExchangeRow row, int y)
    {
        string kind = row.IsError ? " class=\"error\"" : row.IsRun ? " class=\"run\"" : string.Empty;
        (int tail, int tip, int back) = row.IsFromLeft ? (Left, Right, -10) : (Right, Left, 10);
        string text = row.Text.Length > 80 ? row.Text[..79] + "…" : row.Text;
        svg.Append(CultureInfo.InvariantCulture, $"<g{kind}>");
        if (row.Time is { } time)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"time\" x=\"{Left - 14}\" y=\"{y + 4}\">{time.TotalSeconds:0.000} s</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"what\" x=\"{(Left + Right) / 2}\" y=\"{y - 7}\">{Escape(text)}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"shaft\" x1=\"{tail}\" y1=\"{y}\" x2=\"{tip + back}\" y2=\"{y}\"/><path class=\"head\" d=\"M{tip} {y}l{back} -5v10z\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"note\" x=\"{Right + 14}\" y=\"{y + 4}\">{Escape(row.Note)}</text></g>\n");
    }

    // What XML does not allow is not in it: Shown.Text has escaped the control characters.
    private static string Escape(string text) => string.Concat(text.Select(static c => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        _ when char.IsControl(c) || char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' => "?",
        _ => c.ToString(),
    }));
}
