namespace ImageShare.Cli;

/// <summary>A question that is on the screen, and what has been typed since.</summary>
internal sealed class OpenQuestion(string text)
{
    private readonly TaskCompletionSource<string?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text => text;

    public string Typed { get; set; } = string.Empty;

    /// <summary>What was typed; null when nothing can be typed any more.</summary>
    public Task<string?> Answered => _answer.Task;

    public void End(string? answer) => _answer.TrySetResult(answer);
}
