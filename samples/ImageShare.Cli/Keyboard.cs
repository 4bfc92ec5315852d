namespace ImageShare.Cli;

/// <summary>
/// Reads the keys, one by one and without echo: a read cannot be taken back, and who reads all the time knows what was typed when. What is typed while
/// no question is on the screen is read, and answers none.
/// </summary>
internal sealed class Keyboard(Terminal terminal)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    /// <summary>Done when there are no more keys to come.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins to read; done when what was typed before is gone.</summary>
    public Task StartAsync()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            new Thread(Read) { IsBackground = true, Name = "Keyboard" }.Start();
        }

        return _ready.Task;
    }

    private static void Drop()
    {
        while (Console.KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    private void Read()
    {
        try
        {
            Drop();
            _ready.TrySetResult();
            while (true)
            {
                if (terminal.Take(Console.ReadKey(intercept: true)) is { } answered)
                {
                    // What was typed ahead, for a question nobody has seen yet, goes before that is asked.
                    Drop();
                    answered();
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The terminal is gone.
            _ended.TrySetResult();
            _ready.TrySetResult();
        }
    }
}
