using System.Collections.Concurrent;

namespace ImageShare.Core.Tests.Support;

/// <summary>The exceptions of tasks that nobody looked at, from now on until it is disposed of.</summary>
internal sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<Exception> _seen = [];

    public UnobservedExceptions()
    {
        Collect();
        TaskScheduler.UnobservedTaskException += Note;
    }

    /// <summary>Those of all tasks that are gone by now.</summary>
    public Exception[] Seen
    {
        get
        {
            Collect();
            return [.. _seen];
        }
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    private static void Collect()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private void Note(object? sender, UnobservedTaskExceptionEventArgs e) => _seen.Enqueue(e.Exception);
}
