namespace ImageShare.Core.Sharing;

/// <summary>Settings for accepting an invitation.</summary>
public sealed record AcceptSettings
{
    /// <summary>The defaults.</summary>
    public static AcceptSettings Default { get; } = new();

    /// <summary>Reports the bytes stored, at most every 64 KiB or 1/256 of the image, whichever is more.</summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }
}
