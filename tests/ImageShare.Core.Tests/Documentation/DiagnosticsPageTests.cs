using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using ImageShare.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>docs/diagnostics.md lists every log message, every instrument, every activity and every property of a trace event.</summary>
[TestFixture]
public sealed class DiagnosticsPageTests
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.File("docs", "diagnostics.md"));

    [Test]
    public void Every_log_message_has_its_row_and_every_row_its_message()
    {
        string[] logged =
        [
            .. typeof(ImageShareClient).Assembly.GetTypes()
                .SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .Select(static m => m.GetCustomAttribute<LoggerMessageAttribute>())
                .OfType<LoggerMessageAttribute>()
                .OrderBy(static m => m.EventId)
                .Select(static m => string.Create(CultureInfo.InvariantCulture, $"| {m.EventId} | {m.Level} | {m.Message} |")),
        ];
        Assert.That(logged, Has.Length.GreaterThan(30));
        Assert.That(Lines.Where(static l => l.Length > 2 && char.IsAsciiDigit(l[2]) && l[0] == '|'), Is.EqualTo(logged));
    }

    [Test]
    public void Every_instrument_has_its_row_and_every_row_its_instrument()
    {
        var found = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == ImageShareTelemetry.MeterName)
            {
                string kind = instrument.IsObservable ? "up-down counter" : instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram" : "counter";
                found.Add($"| `{instrument.Name}` | {kind} | {instrument.Unit} |");
            }
        };
        RuntimeHelpers.RunClassConstructor(typeof(ImageShareTelemetry).TypeHandle);
        listener.Start();
        string[] rows = [.. Lines.Where(static l => l.StartsWith("| `imageshare.", StringComparison.Ordinal) && (l.Contains("counter |", StringComparison.Ordinal) || l.Contains("histogram |", StringComparison.Ordinal)))];
        Assert.That(rows.Select(static r => string.Join('|', r.Split('|')[..4]) + "|"), Is.EquivalentTo(found));
    }

    [Test]
    public void Every_property_of_a_trace_event_is_named()
    {
        string traces = string.Join('\n', Lines);
        Assert.That(
            typeof(ImageShareTraceEvent).GetProperties().Select(static p => p.Name).Where(static name => name != nameof(ImageShareTraceEvent.IsOutgoing)),
            Is.All.Matches<string>(name => traces.Contains($"`{name}`", StringComparison.Ordinal)));
    }
}
