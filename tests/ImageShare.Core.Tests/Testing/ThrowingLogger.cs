using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Testing;

/// <summary>An application's logger that fails, such as one whose disk is full. Only for errors, so that tests reach the place where one is logged.</summary>
internal sealed class ThrowingLogger : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // There is no other place to log to.
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            throw new IOException("The disk is full.");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
        // It holds nothing.
    }
}
