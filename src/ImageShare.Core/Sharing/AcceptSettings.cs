namespace ImageShare.Core.Sharing;

/// <summary>What accepting an invitation may say beside the store.</summary>
public sealed record AcceptSettings
{
    /// <summary>The defaults.</summary>
    public static AcceptSettings Default { get; } = new();

    /// <summary>Told as octets are stored, at most every 64 KiB or 1/256 of the image.</summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }
}
