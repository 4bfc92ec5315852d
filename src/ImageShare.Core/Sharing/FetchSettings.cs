using ImageShare.Core.Images;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing;

/// <summary>What a fetch may say beside the image it wants.</summary>
public sealed record FetchSettings
{
    /// <summary>The defaults.</summary>
    public static FetchSettings Default { get; } = new();

    /// <summary>Told as octets are stored, at most every 64 KiB or 1/256 of the image. Called on a pool thread unless it is a <see cref="Progress{T}"/>.</summary>
    public IProgress<ImageShareProgress>? Progress { get; init; }

    /// <summary>
    /// Whether to ask for the peer's capabilities first, and to end with <see cref="ImageShareError.NotCapable"/> when it cannot share images or says that
    /// it serves none. Default true.
    /// </summary>
    public bool QueryFirst { get; init; } = true;

    /// <summary>Header fields for the capability query and the invitation of this share, behind those of <see cref="ImageShareOptions.Headers"/>.</summary>
    public ExtraHeaders Headers { get; init; } = ExtraHeaders.None;

    /// <summary>
    /// What an earlier fetch that broke off knew of the image (<see cref="ImageShareSession.Image"/>), with its hash: when the store has kept the beginning,
    /// only the rest is asked for (file-range, RFC 5547 §6). Another fetch that is continuing it already has it for itself: then the whole is asked for. A peer that has no such image any more is asked for the whole of what it has now. Null, the default, asks for the whole.
    /// </summary>
    public ImageSelector? Resume { get; init; }
}
