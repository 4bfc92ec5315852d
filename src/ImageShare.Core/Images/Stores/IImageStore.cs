using System.Buffers;

namespace ImageShare.Core.Images.Stores;

/// <summary>A place for received images. It only stores: size and hash of each image are verified by this library, whatever the store. All calls may overlap.</summary>
public interface IImageStore
{
    /// <summary>
    /// Makes room for one image. Nothing is allocated for what the offer merely claims. For a fetch that is continued this is called before the peer is asked for the rest, so that two do
    /// not ask for the same; when nothing comes of it, the sink is disposed of without a write, and what was kept is kept.
    /// </summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.StoreNotWritable"/> or <see cref="ImageShareError.DiskFull"/>.
    /// </exception>
    ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default);

    /// <summary>
    /// Whether the octets before <see cref="IncomingImage.ResumesAt"/> are here, so that the rest completes the image. Not asked when that is 0.
    /// Of two that ask for the same beginning, <see cref="CreateAsync"/> gives it to one and throws <see cref="ImageShareError.NothingToResume"/> to the other. What one sender
    /// (<see cref="IncomingImage.Sender"/>) began is no beginning of another's image. A store that keeps nothing of broken transfers has no need to implement it; one that does
    /// must give back what it has kept (<see cref="IImageSink.ReadAsync"/>).
    /// </summary>
    bool CanResume(IncomingImage image) => false;

    /// <summary>
    /// What is here of an image whose transfer from this sender broke off, told by its hash and, when that is known, its size; null when nothing is, or another transfer is
    /// continuing it. Asked before an image is fetched once more. A store that keeps nothing of broken transfers has no need to implement it.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="sender">Who would send the rest; <see cref="IncomingImage.Sender"/> says the same of what was kept.</param>
    ImagePartial? FindPartial(ImageSelector image, string? sender) => null;
}

/// <summary>What a store has kept of an image whose transfer was interrupted.</summary>
public sealed record ImagePartial
{
    /// <summary>How many bytes are stored, counted from the start of the image.</summary>
    public required long Bytes { get; init; }

    /// <summary>The size of the whole image in bytes.</summary>
    public required long Size { get; init; }
}

/// <summary>
/// Takes the octets of one image. Calls must not overlap. After any call failed, and after disposal without
/// <see cref="CompleteAsync"/>, nothing of the image is left behind; but a store that continues broken transfers may keep what it is disposed of with.
/// </summary>
/// <remarks>
/// A sink stores, and nothing else: that every octet comes and none too many, and that the hash is the one offered, this library sees to itself before it calls
/// <see cref="CompleteAsync"/>. It hashes what comes in order while it is being stored.
/// </remarks>
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
    /// Gives back octets as they are stored, those of an earlier transfer included. Called after the last <see cref="WriteAsync"/> and before <see cref="CompleteAsync"/>, and only for an image that was
    /// continued, or whose octets came out of order or more than once: its hash is that of what is there then. A sink that does not implement it takes images that come in
    /// one piece and in order, as nearly all senders send them; another one with a hash fails as <see cref="ImageShareError.StoreNotWritable"/>.
    /// </summary>
    /// <param name="offset">Where the first octet is, counted from 0.</param>
    /// <param name="buffer">Where they go.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <returns>How many were given, one at least; 0 when there are none, or they are not given back.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);

    /// <summary>
    /// Says that everything has come and is what was offered: now the image gets its name.
    /// </summary>
    /// <returns>Where it is and what it is called; the rest is filled in by this library.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.DiskFull"/>, <see cref="ImageShareError.StoreNotWritable"/>: the disk.
    /// </exception>
    ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Throws away what has come, all of it: it is not what was offered, or nobody wants it. Safe to call at any time; does nothing after <see cref="CompleteAsync"/> succeeded.</summary>
    ValueTask AbandonAsync();
}
