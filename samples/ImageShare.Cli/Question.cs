namespace ImageShare.Cli;

/// <summary>
/// Yes or no, asked of whoever sits at standard input. One question at a time: invitations may come together, and there is one person.
/// </summary>
internal sealed class Question : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Task<string?>? _line;

    /// <param name="invitation">What is asked about: shown when its turn has come.</param>
    /// <param name="over">Cancelled when no answer is wanted any more.</param>
    /// <returns>The answer; no when standard input has ended.</returns>
    /// <exception cref="OperationCanceledException">No answer is wanted any more.</exception>
    public async Task<bool> AskAsync(string invitation, CancellationToken over)
    {
        await _turn.WaitAsync(over);
        try
        {
            if (_line is { IsCompleted: true })
            {
                // Typed after its question was over: not an answer to this one.
                _line = null;
            }

            StandardError.Write($"Accept {invitation}? [y/N] ");

            // A read of standard input cannot be taken back: one that is still open after its question was over serves the next.
            _line ??= Task.Run(Console.ReadLine, CancellationToken.None);
            string? answer = await _line.WaitAsync(over);
            _line = null;
            if (answer is null)
            {
                StandardError.Say("no answer: standard input has ended. Use --accept auto to take images without being asked.");
                return false;
            }

            if (Console.IsInputRedirected)
            {
                // What comes out of a pipe nobody has typed: without it the next line would stand behind the question.
                StandardError.Say(Shown.Text(answer, 40));
            }

            return answer.Trim().StartsWith("y", StringComparison.OrdinalIgnoreCase);
        }
        catch (OperationCanceledException)
        {
            StandardError.Say(string.Empty);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
