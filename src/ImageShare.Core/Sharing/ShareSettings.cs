using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>Settings for sharing an image.</summary>
public sealed record ShareSettings
{
    /// <summary>The defaults.</summary>
    public static ShareSettings Default { get; } = new();

    /// <summary>A small preview for the peer's user (RFC 5547 §8.8). Not sent if the profile has no icons.</summary>
    public ImageIcon? Icon { get; init; }

    /// <summary>
    /// Reports the bytes acknowledged by the peer, at most every 64 KiB or 1/256 of the image, whichever is more. Called on a thread-pool
    /// thread unless it is a <see cref="Progress{T}"/>.
    /// </summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }

    /// <summary>
    /// Whether to query the peer's capabilities first (IR.79 §3.3), and fail with <see cref="ImageShareError.NotCapable"/> if it cannot share
    /// images. Default true.
    /// </summary>
    public bool QueryFirst { get; init; } = true;

    /// <summary>The MSRP chunk size in bytes; null uses the profile's. Chunks larger than 2048 bytes are interruptible (RFC 4975 §7.1.1).</summary>
    public int? ChunkSize { get; init; }

    /// <summary>
    /// How many MSRP chunks may be in flight. Default: as many as the connection takes. 1 is stop-and-wait: slow, for peers that lose chunks
    /// sent in quick succession; a single large chunk also helps such peers.
    /// </summary>
    public int MaxUnansweredChunks { get; init; } = int.MaxValue;

    /// <summary>
    /// Extra header fields for the capability query and the invitation of this share, added after those of <see
    /// cref="ImageShareOptions.Headers"/>.
    /// </summary>
    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>
    /// The offset to resume at: the number of bytes the peer has from an interrupted transfer. Only the rest is offered and sent (file-range,
    /// RFC 5547 §6). The peer may have acknowledged bytes (<see cref="ImageShareResult.BytesTransferred"/>) before writing them, so use a
    /// somewhat smaller offset. If the peer refuses the rest with 488, the whole image is offered immediately. Default 0: the whole image.
    /// </summary>
    public long ResumeAt { get; init; }

    /// <summary>
    /// The maximum sending rate in bytes per second, or null for no limit. A receiver gives up a transfer that is too slow: one of this library gives up
    /// less than its <see cref="ImageShareLimits.MinTransferRate"/>, and less than a chunk within its <see cref="ImageShareLimits.IdleTimeout"/> (with
    /// 2048 bytes and 12 s, 171 per second).
    /// </summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Throws if nothing can be shared with these settings, before the image is read.</summary>
    internal void ThrowIfInvalid(ImageShareLimits limits)
    {
        if (Icon is { } icon && icon.Content.Length > limits.MaxIconSize)
        {
            throw new ImageShareException(
                ImageShareError.TooLarge, $"The icon has {icon.Content.Length} bytes, but at most {limits.MaxIconSize} are allowed; use a smaller icon or raise ImageShareLimits.MaxIconSize.");
        }
    }
}

/// <summary>A small preview of an image.</summary>
public sealed record ImageIcon
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="type">See <see cref="Type"/>.</param>
    /// <param name="content">See <see cref="Content"/>.</param>
    public ImageIcon(MediaType type, ReadOnlyMemory<byte> content)
    {
        Type = type;
        Content = content;
    }

    /// <summary>The media type.</summary>
    public MediaType Type { get; init; }

    /// <summary>The bytes of the icon. This library never decodes them; treat an icon from a peer as untrusted input.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }
}

/// <summary>The progress of a share.</summary>
public readonly record struct ImageShareProgress
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="bytes">See <see cref="Bytes"/>.</param>
    /// <param name="total">See <see cref="Total"/>.</param>
    public ImageShareProgress(long bytes, long? total)
    {
        Bytes = bytes;
        Total = total;
    }

    /// <summary>The bytes acknowledged by the peer (sender) or written to the store (receiver).</summary>
    public long Bytes { get; init; }

    /// <summary>The size of the image in bytes, or null if the sender did not say.</summary>
    public long? Total { get; init; }
}
