using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>How a folder takes received images. See <see cref="ImageStore.InDirectory(string, DirectoryStoreOptions)"/>.</summary>
public sealed record DirectoryStoreOptions
{
    /// <summary>The defaults.</summary>
    public static DirectoryStoreOptions Default { get; } = new();

    /// <summary>
    /// How many octets of the disk are left free, whatever is offered: looked at before an image is taken and again as it comes. Default 16 MiB.
    /// </summary>
    public long MinFreeSpace { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many octets the files in the folder may have together, those on their way included; null (the default) for no bound.</summary>
    public long? Quota { get; init; }

    /// <summary>
    /// Which types are stored; null (the default) takes all. Asked twice: with the type that was announced, before anything is accepted, and with the type the
    /// first octets show, when the image is whole. Null stands for a type that was not announced or is not recognized. False refuses the image as
    /// <see cref="ImageShareError.TypeNotAccepted"/>, and nothing of it stays. Called from any thread.
    /// </summary>
    public Func<MediaType?, bool>? AllowsType { get; init; }

    /// <summary>
    /// Whether an image is brought onto the disk itself before it gets its name (fsync). Default true: the sender is told that its image has
    /// arrived, and may delete it; a power failure right after that must not leave an empty file of that name.
    /// </summary>
    public bool FlushToDisk { get; init; } = true;

    /// <summary>
    /// Whether what came of an image whose transfer broke off is kept aside, hidden, so that the sender may continue where it broke. Only of images
    /// whose size and hash were offered: the hash of the whole image is checked at its end. Default false.
    /// </summary>
    public bool KeepPartials { get; init; }

    /// <summary>
    /// With <see cref="KeepPartials"/>: whether images without a hash are kept aside as well, told by their sender, name, size and date of change, all of which have to be
    /// offered. Nothing can show at the end that the two parts belong together: an image that was changed under the same date, or a sender who takes another's name, makes
    /// one file of two. <see cref="StoredImage.IsVerified"/> is false then, and the result of the share warns of it. Default false.
    /// </summary>
    public bool KeepPartialsWithoutHash { get; init; }

    /// <summary>How long what is kept aside waits for its rest. Default 7 days. It counts against <see cref="Quota"/>.</summary>
    public TimeSpan PartialLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MinFreeSpace);
        ArgumentOutOfRangeException.ThrowIfNegative(Quota ?? 0);
    }
}
