using System.Globalization;
using ImageShare.Cli.Reporting;

namespace ImageShare.Cli.Ladders;

/// <summary>The rows of a ladder as events, one each.</summary>
internal static class LadderJson
{
    public static void Write(JsonOutput output, Exchange exchange)
    {
        foreach (ExchangeRow row in exchange.Rows)
        {
            output.Write("message", json =>
            {
                if (row.Time is { } time)
                {
                    // In seconds, as a capture counts them.
                    json.WritePropertyName("seconds");
                    json.WriteRawValue(time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture));
                    if (exchange.Start is { } start)
                    {
                        json.WriteString("time", (start + time).ToUniversalTime());
                    }
                }

                json.WriteString("from", row.IsFromLeft ? exchange.Left : exchange.Right);
                json.WriteString("to", row.IsFromLeft ? exchange.Right : exchange.Left);
                json.WriteString("text", row.Text);
                json.WriteString("note", row.Note);
                json.WriteBoolean("problem", row.IsError);
                json.WriteBoolean("several", row.IsRun);
            });
        }

        if (exchange.More > 0)
        {
            output.Write("more", json => json.WriteNumber("messages", exchange.More));
        }
    }
}
