using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Keeps all that is logged, as text, exceptions and all values included.</summary>
internal sealed class CapturingLoggerFactory : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Entries { get; } = [];

    /// <summary>The event and the id of the share of each line; null where a line has no id.</summary>
    public ConcurrentQueue<(int Event, string? Id)> Ids { get; } = [];

    public IEnumerable<string> From(LogLevel least) => Entries.Where(e => e.Level >= least).Select(e => e.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // There is no other place to log to.
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        KeyValuePair<string, object?>[] pairs = state is IEnumerable<KeyValuePair<string, object?>> named ? [.. named] : [];
        string values = string.Join(' ', pairs.Select(p => p.Value));
        Ids.Enqueue((eventId.Id, pairs.FirstOrDefault(static p => p.Key == "Id").Value as string));
        Entries.Enqueue((logLevel, $"{formatter(state, exception)} {values} {exception}"));
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
        // What was kept is looked at afterwards.
    }
}
