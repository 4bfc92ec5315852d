namespace ImageShare.Cli;

/// <summary>
/// Yes or no, asked of whoever sits at standard input. One question at a time: invitations may come together, and there is one person.
/// </summary>
internal sealed class Question(Terminal terminal) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Keyboard _keyboard = new(terminal);
    private Task<string?>? _line;

    /// <param name="text">The question, saying all that it is about: shown when its turn has come.</param>
    /// <param name="over">Cancelled when no answer is wanted any more.</param>
    /// <returns>The answer; no when standard input has ended.</returns>
    /// <exception cref="OperationCanceledException">No answer is wanted any more.</exception>
    public async Task<bool> AskAsync(string text, CancellationToken over)
    {
        await _turn.WaitAsync(over);
        try
        {
            string? answer = Console.IsInputRedirected ? await ReadLineAsync(text, over) : await ReadKeysAsync(text, over);
            if (answer is null)
            {
                StandardError.Say("no answer: standard input has ended. Use --accept auto to accept images without asking.");
                return false;
            }

            return answer.Trim().StartsWith("y", StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Questions may come: from now on what is typed is not shown before there is one.</summary>
    public void Prepare()
    {
        if (!Console.IsInputRedirected)
        {
            _ = _keyboard.StartAsync();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<string?> ReadKeysAsync(string text, CancellationToken over)
    {
        await _keyboard.StartAsync().WaitAsync(over);
        OpenQuestion question = terminal.Ask(text + " [y/N] ");
        try
        {
            await Task.WhenAny(question.Answered, _keyboard.Ended).WaitAsync(over);
            return question.Answered.IsCompleted ? await question.Answered : null;
        }
        finally
        {
            terminal.Withdraw(question);
        }
    }

    private async Task<string?> ReadLineAsync(string text, CancellationToken over)
    {
        if (_line is { IsCompleted: true })
        {
            // Written after its question was over: not an answer to this one.
            _line = null;
        }

        OpenQuestion question = terminal.Ask(text + " [y/N] ");
        try
        {
            // A read of standard input cannot be taken back: one that is still open after its question was over serves the next.
            _line ??= Task.Run(Console.ReadLine, CancellationToken.None);
            string? answer = await _line.WaitAsync(over);
            _line = null;
            if (answer is not null)
            {
                // What comes out of a pipe nobody has typed.
                terminal.Answer(question, Shown.Text(answer, 40));
            }

            return answer;
        }
        finally
        {
            terminal.Withdraw(question);
        }
    }
}
