namespace ImageShare.Cli.Terminals;

/// <summary>The question on the screen and the answer typed so far.</summary>
internal sealed class OpenQuestion(string text)
{
    private readonly TaskCompletionSource<string?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text => text;

    public string Typed { get; set; } = string.Empty;

    /// <summary>The answer; null at the end of the input.</summary>
    public Task<string?> Answered => _answer.Task;

    public void End(string? answer) => _answer.TrySetResult(answer);
}
