namespace ImageShare.Cli.Inspection;

/// <summary>What one message in a file is, or what is wrong with it.</summary>
internal sealed record Finding
{
    /// <summary>sip, sdp, msrp or multipart; null when not even the file could be read.</summary>
    public string? Kind { get; init; }

    /// <summary>The first line, or what stands for it.</summary>
    public string? Start { get; init; }

    /// <summary>Null for a valid message.</summary>
    public string? Error { get; init; }

    /// <summary>Where the message begins in the file; of an error, where it is.</summary>
    public long Offset { get; init; }

    public long BodyLength { get; init; }

    public List<FoundWarning> Warnings { get; init; } = [];

    /// <summary>What a person wants to see, in order.</summary>
    public List<(string Name, string Value)> Fields { get; init; } = [];
}

/// <summary>A tolerated deviation and where in the file it is.</summary>
/// <param name="Code">Its stable name.</param>
/// <param name="Offset">The byte.</param>
/// <param name="Clause">The clause of the standard it departs from; null where none is named.</param>
internal readonly record struct FoundWarning(string Code, long Offset, string? Clause = null);
