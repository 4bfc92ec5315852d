using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Reporting;

/// <summary>One JSON object per line on standard output, flushed at once, and nothing else there. docs/cli.md has the events and their fields.</summary>
internal sealed class JsonOutput(TextWriter output)
{
    /// <summary>The version of the events. It rises when a field is removed, renamed or means something else, not when one is added.</summary>
    private const int Version = 1;

    // Not for HTML: leave + and non-ASCII letters unescaped. Control characters are still escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one event.</summary>
    public void Write(string name, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteString("event", name);
            write(json);
            json.WriteEndObject();
        }

        // One line at a time, and not inside a question.
        StandardTerminal.Instance.Write(() =>
        {
            output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            output.Flush();
        });
    }

    /// <summary>The command line or a file it names is wrong: nothing was done.</summary>
    public void WrongUsage(string message) => Write("failed", json =>
    {
        json.WriteString("error", "Usage");
        json.WriteString("message", message);
    });
}
