using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Core.Tests.Testing;

/// <summary>What the library counted since this was made, each as its name and its tags.</summary>
internal sealed class CountedMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _counted = [];

    public CountedMetrics()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == ImageShareTelemetry.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            string text = instrument.Name["imageshare.".Length..];
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                text += $" {tag.Key}={tag.Value}";
            }

            _counted.Enqueue(text);
        });
        _listener.Start();
    }

    public int Count(string text) => _counted.Count(c => c == text);

    /// <summary>Waits until something was counted so often: a connection is counted when it is released, which is behind the end of its sessions.</summary>
    public void AssertCounted(string text, int times = 1) => Assert.That(() => Count(text), Is.EqualTo(times).After(30_000, 5), () => string.Join('\n', _counted.Distinct()));

    public void Dispose() => _listener.Dispose();
}
