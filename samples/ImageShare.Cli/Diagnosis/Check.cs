namespace ImageShare.Cli.Diagnosis;

/// <summary>What one step of the doctor found.</summary>
/// <param name="Step">Its stable name.</param>
/// <param name="Verdict">How it went.</param>
/// <param name="Finding">What was found, as a sentence.</param>
internal sealed record Check(string Step, Verdict Verdict, string Finding)
{
    /// <summary>What to do, as a sentence; null if there is nothing to do.</summary>
    public string? Advice { get; init; }

    /// <summary>What the finding rests on, one fact a line.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
