using System.Text.Json;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>How a share goes on, as events.</summary>
internal sealed class JsonWatcher(ImageShareSession session, JsonOutput output) : IShareWatcher
{
    public void State(ImageShareState state) => Write("state", json => json.WriteString("state", state.ToString()));

    public void Progress(ImageShareProgress progress) => Write("progress", json =>
    {
        json.WriteNumber("bytes", progress.Bytes);
        if (progress.Total is { } total)
        {
            json.WriteNumber("total", total);
        }
    });

    public void Storing() => Write("storing", static _ => { });

    public void Stalled(TimeSpan still, TimeSpan givenUpAfter) => Write("stalled", json =>
    {
        json.WriteNumber("seconds", Math.Round(still.TotalSeconds, 1));
        json.WriteNumber("givenUpAfter", (long)givenUpAfter.TotalSeconds);
    });

    public void Beat()
    {
        // Programs have a clock.
    }

    private void Write(string name, Action<Utf8JsonWriter> write) => output.Write(name, json =>
    {
        JsonReporter.WriteName(json, ShareName.Of(session));
        write(json);
    });
}
