using System.Buffers;

namespace ImageShare.Core.Images;

/// <summary>A place for received images. All calls may overlap.</summary>
public interface IImageStore
{
    /// <summary>Makes room for one image. Nothing is allocated for what the offer merely claims.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.StoreNotWritable"/> or <see cref="ImageShareError.DiskFull"/>.
    /// </exception>
    ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default);

    /// <summary>
    /// Whether the octets before <see cref="IncomingImage.FirstOctet"/> are here, so that the rest completes the image. Not asked when that is 0.
    /// A store that keeps nothing of broken transfers has no need to implement it.
    /// </summary>
    bool CanResume(IncomingImage image) => false;

    /// <summary>
    /// What is here of an image whose transfer broke off, told by its hash and, when that is known, its size; null when nothing is. Asked before an
    /// image is fetched once more. A store that keeps nothing of broken transfers has no need to implement it.
    /// </summary>
    ImagePartial? FindPartial(ImageSelector image) => null;
}

/// <summary>What is kept of an image whose transfer broke off.</summary>
/// <param name="Octets">How many octets are here, from the first on.</param>
/// <param name="Size">How many the whole image has.</param>
public sealed record ImagePartial(long Octets, long Size);

/// <summary>
/// Takes the octets of one image. Calls must not overlap. After any call failed, and after disposal without
/// <see cref="CompleteAsync"/>, nothing of the image is left behind.
/// </summary>
public interface IImageSink : IAsyncDisposable
{
    /// <summary>
    /// Puts octets at their place. They may come in any order; octets that come again replace the earlier ones. In order, most calls
    /// complete at once.
    /// </summary>
    /// <param name="offset">Where the first octet belongs, counted from 0.</param>
    /// <param name="data">The octets; read until the task completes, not kept after.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.SizeMismatch"/>: beyond the announced size. <see cref="ImageShareError.TooLarge"/>: beyond the most this
    /// side takes. <see cref="ImageShareError.DiskFull"/>, <see cref="ImageShareError.StoreNotWritable"/>: the disk.
    /// </exception>
    ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default);

    /// <summary>
    /// The sender has named the image with the transfer itself, where its offer had not. Called before the first <see cref="WriteAsync"/>, at most once. A sink
    /// that gives no names has no need to implement it.
    /// </summary>
    /// <param name="suggestedName">The name; may be anything, see <see cref="SafeFileName"/>.</param>
    void Name(string suggestedName)
    {
    }

    /// <summary>
    /// Says that everything has come: checks that every octet is there, the size and the hash, and only then gives the image its name.
    /// </summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.SizeMismatch"/>: octets are missing. <see cref="ImageShareError.HashMismatch"/>: the hash is another one.
    /// <see cref="ImageShareError.DiskFull"/>, <see cref="ImageShareError.StoreNotWritable"/>: the disk.
    /// </exception>
    ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Throws away what has come. Safe to call at any time; does nothing after <see cref="CompleteAsync"/> succeeded.</summary>
    ValueTask AbandonAsync();
}
