using ImageShare.Core.Text;

namespace ImageShare.Core.Images.Stores;

/// <summary>Settings of a folder that receives images. See <see cref="ImageStore.InDirectory(string, DirectoryStoreOptions)"/>.</summary>
/// <exception cref="ArgumentOutOfRangeException">A size or time is negative.</exception>
public sealed record DirectoryStoreOptions
{
    /// <summary>The defaults.</summary>
    public static DirectoryStoreOptions Default { get; } = new();

    /// <summary>The free space in bytes that must remain on the disk. Checked before an image is accepted and while it arrives. Default 16 MiB.</summary>
    public long MinFreeSpace { get; init => field = OptionRange.AtLeast(0, value); } = 16 * 1024 * 1024;

    /// <summary>The total size in bytes of all files in the folder, including those being received. Null (the default) for no quota.</summary>
    public long? Quota { get; init => field = value is { } set ? OptionRange.AtLeast(0, set) : null; }

    /// <summary>
    /// Decides which types are stored; null (the default) stores all. Called twice: with the announced type before the image is accepted, and
    /// with the type detected from its first bytes once it is complete. The argument is null if no type was announced or detected. If it
    /// returns false, the image fails with <see cref="ImageShareError.TypeNotAccepted"/> and is deleted. May be called from any thread.
    /// </summary>
    public Func<MediaType?, bool>? AllowType { get; init; }

    /// <summary>
    /// Whether the image is flushed to the disk (fsync) before it gets its name. Default true: the sender learns that its image has arrived
    /// and may delete it, so a power failure must not leave an empty file behind.
    /// </summary>
    public bool FlushToDisk { get; init; } = true;

    /// <summary>
    /// Whether the received part of an interrupted transfer is kept in a hidden file, so that the sender can resume. Applies only to images
    /// offered with size and hash: the hash of the whole image is checked at the end. Default false.
    /// </summary>
    public bool KeepPartials { get; init; }

    /// <summary>
    /// With <see cref="KeepPartials"/>: whether images offered without a hash are kept as well, identified by sender, name, size and
    /// modification date, all of which must be offered. Nothing proves that the two parts belong together: if the image was changed without a
    /// new date, or someone uses another sender's name, the result is a mix of two files. <see cref="StoredImage.IsVerified"/> is then false
    /// and the result of the share contains a warning. Default false.
    /// </summary>
    public bool KeepPartialsWithoutHash { get; init; }

    /// <summary>How long a partial file is kept, 0 or more; <see cref="TimeSpan.MaxValue"/> keeps it for ever. It counts against <see cref="Quota"/>. Default 7 days.</summary>
    public TimeSpan PartialLifetime { get; init => field = OptionRange.Age(value); } = TimeSpan.FromDays(7);
}
