namespace ImageShare.Cli.Terminals;

/// <summary>
/// Reads keys continuously and without echo, because a pending read cannot be cancelled and the time of each key matters: what is typed while
/// no question is on the screen answers none.
/// </summary>
internal sealed class Keyboard(Terminal terminal)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    /// <summary>Completes at the end of the input.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts reading; completes when what was typed earlier is discarded.</summary>
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
                    // Discard what was typed before the question appeared.
                    Drop();
                    answered();
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The terminal was closed.
            _ended.TrySetResult();
            _ready.TrySetResult();
        }
    }
}
