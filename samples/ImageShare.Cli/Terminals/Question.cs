namespace ImageShare.Cli.Terminals;

/// <summary>
/// Asks yes-or-no questions on standard input, one at a time, also if several invitations arrive together.
/// </summary>
internal sealed class Question(Terminal terminal) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Keyboard _keyboard = new(terminal);
    private Task<string?>? _line;

    /// <param name="text">The question, with everything needed to answer it.</param>
    /// <param name="about">Which question it is: an answer from a pipe that names another one is not an answer to this.</param>
    /// <param name="over">Cancelled when the answer is no longer needed.</param>
    /// <returns>The answer; false at the end of standard input.</returns>
    /// <exception cref="OperationCanceledException">The answer is no longer needed.</exception>
    public async Task<bool> AskAsync(string text, string about, CancellationToken over)
    {
        await _turn.WaitAsync(over);
        try
        {
            string? answer = Console.IsInputRedirected ? await ReadLineAsync(text, about, over) : await ReadKeysAsync(text, over);
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

    /// <summary>Prepares for questions: from now on keys are not echoed unless a question is open.</summary>
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

    private async Task<string?> ReadLineAsync(string text, string about, CancellationToken over)
    {
        OpenQuestion question = terminal.Ask(text + " [y/N] ");
        try
        {
            while (true)
            {
                // A read of standard input cannot be cancelled. A line that nobody has used, because its question was closed, is for the next question: a script writes its answers without
                // seeing the questions.
                _line ??= Task.Run(Console.ReadLine, CancellationToken.None);
                string? answer = await _line.WaitAsync(over);
                _line = null;
                if (answer is null)
                {
                    return null;
                }

                string[] words = answer.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 2 && words[1] != about)
                {
                    // Late: the question that it answers is over.
                    continue;
                }

                // Piped input was not typed.
                terminal.Answer(question, Shown.Text(answer, 40));
                return answer;
            }
        }
        finally
        {
            terminal.Withdraw(question);
        }
    }
}
