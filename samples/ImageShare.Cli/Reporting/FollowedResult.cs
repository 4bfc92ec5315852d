using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>How a share ended, and how fast it was.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Took">From the start of the transfer to the end of the share.</param>
/// <param name="Moved">The bytes that were transferred: of a share that was resumed, only the rest.</param>
internal sealed record FollowedResult(ImageShareResult Result, TimeSpan Took, long Moved)
{
    /// <summary>Bytes per second; null for one that was too short to tell.</summary>
    public long? Rate => Moved > 0 && Took > TimeSpan.Zero ? (long)(Moved / Took.TotalSeconds) : null;
}
