using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>What one outgoing share may say beside its image.</summary>
public sealed record ShareSettings
{
    /// <summary>The defaults.</summary>
    public static ShareSettings Default { get; } = new();

    /// <summary>A small picture the peer sees before it decides (RFC 5547 §8.8). Not sent when the profile has no icons.</summary>
    public ImageIcon? Icon { get; init; }

    /// <summary>Told as the peer acknowledges octets, at most every 64 KiB or 1/256 of the image. Called on a pool thread unless it is a <see cref="Progress{T}"/>.</summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }

    /// <summary>
    /// Whether to ask for the peer's capabilities first (step 1 of the service) and to end with
    /// <see cref="ImageShareError.NotCapable"/> when it has none. Default true.
    /// </summary>
    public bool QueryFirst { get; init; } = true;

    /// <summary>Octets per MSRP chunk; null takes the profile's. Above 2048 the chunks are interruptible (RFC 4975 §7.1.1).</summary>
    public int? ChunkSize { get; init; }

    /// <summary>
    /// The most MSRP chunks that may be unanswered at a time. Default: as many as the connection takes. 1 is lock-step: slow, and for peers that lose chunks that
    /// come close behind each other; one large chunk helps them as well.
    /// </summary>
    public int MaxUnansweredChunks { get; init; } = int.MaxValue;

    /// <summary>Header fields for the capability query and the invitation of this share, behind those of <see cref="ImageShareOptions.Headers"/>.</summary>
    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>
    /// How many octets of the image the peer has from a transfer that broke off: only the rest is offered and sent (file-range, RFC 5547 §6). What a
    /// peer acknowledged (<see cref="ImageShareResult.BytesTransferred"/>) it may not have written yet: take some less. When the peer refuses the
    /// rest with 488, the whole image is offered at once. Default 0: the whole image.
    /// </summary>
    public long ResumeAt { get; init; }

    /// <summary>At most so many octets per second; null for no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }
}

/// <summary>A small picture that stands for the image.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Content">Its octets. Never decoded by this library; treat a peer's icon as hostile input.</param>
public sealed record ImageIcon(MediaType Type, ReadOnlyMemory<byte> Content);

/// <summary>How far a share is.</summary>
/// <param name="Bytes">Octets through: acknowledged by the peer (sender) or written to the store (receiver).</param>
/// <param name="Total">All octets of the image, or null when the sender did not say.</param>
public readonly record struct ImageShareProgress(long Bytes, long? Total);
