namespace ImageShare.Cli.Reporting;

/// <summary>How a command that was run for a stored image has ended.</summary>
/// <param name="Program">The program.</param>
/// <param name="Path">The image.</param>
internal sealed record ExecutedCommand(string Program, string Path)
{
    /// <summary>Null if it did not run to its end.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>Why it did not run to its end, as a clause; null if it did.</summary>
    public string? Problem { get; init; }

    public TimeSpan Took { get; init; }

    public bool IsSuccess => ExitStatus == 0;
}
