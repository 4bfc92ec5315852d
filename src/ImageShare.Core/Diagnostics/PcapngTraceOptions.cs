namespace ImageShare.Core.Diagnostics;

/// <summary>What a <see cref="PcapngTrace"/> writes. Immutable.</summary>
public sealed record PcapngTraceOptions
{
    /// <summary>The default: no images and no credentials.</summary>
    public static PcapngTraceOptions Default { get; } = new();

    /// <summary>
    /// Whether images are written: the icons in SIP bodies, and what MSRP chunks carry, which needs <c>ImageShareOptions.TraceBodies</c> too. Default false: a line
    /// with the number of bytes stands for the body of a chunk, and dots for an icon.
    /// </summary>
    public bool IncludeBodies { get; init; }

    /// <summary>Whether the values of Authorization and Proxy-Authorization are written. Default false.</summary>
    public bool IncludeCredentials { get; init; }

    /// <summary>
    /// The most bytes that wait to be written, 4 MiB by default. What does not fit is left out, and the next packet has a comment that says so.
    /// </summary>
    public int MaxWaitingBytes { get; init => field = Text.OptionRange.AtLeast(1, value); } = 4 * 1024 * 1024;

    /// <summary>How long <see cref="PcapngTrace.DisposeAsync"/> waits for the disk. Default 5 s.</summary>
    public TimeSpan CloseTimeout { get; init => field = Text.OptionRange.Time(value); } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Called once, on a thread of the trace or the one that disposes of it, if the file cannot be written; from then on nothing is. Must not throw. Null (the default) for nobody:
    /// <see cref="PcapngTrace.Failure"/> tells too.
    /// </summary>
    public Action<Exception>? OnFailure { get; init; }
}
