using System.Buffers;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Stores received images. Implement it to store images elsewhere than in a folder or in memory. Size and hash are verified by this library,
/// whatever the store. All calls may overlap.
/// </summary>
public interface IImageStore
{
    /// <summary>
    /// Creates the sink for one image. Do not allocate memory for the size an offer merely claims. When a fetch is resumed, this is called
    /// before the peer is asked for the rest, so that no other fetch resumes the same file; if the fetch then fails, the sink is disposed
    /// without a write and the partial file must be kept.
    /// </summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.StoreNotWritable"/> or <see cref="ImageShareError.DiskFull"/>: the image cannot be stored. <see
    /// cref="ImageShareError.NothingToResume"/>: the bytes before <see cref="IncomingImage.ResumesAt"/> are missing or in use.
    /// </exception>
    ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default);

    /// <summary>
    /// Whether the store has the bytes before <see cref="IncomingImage.ResumesAt"/>, so that the rest completes the image. Not called if that
    /// is 0. If two transfers want to resume the same partial file, <see cref="CreateAsync"/> gives it to one and throws <see
    /// cref="ImageShareError.NothingToResume"/> to the other. A partial file may only be resumed by the sender it came from (<see
    /// cref="IncomingImage.Sender"/>). A store that keeps no partial files need not implement this; one that does must return the stored
    /// bytes (<see cref="IImageSink.ReadAsync"/>).
    /// </summary>
    bool CanResume(IncomingImage image) => false;

    /// <summary>
    /// Finds what is left of an interrupted transfer of an image from this sender, identified by hash and, if known, size. Null if there is
    /// nothing, or another transfer is resuming it. Called before an image is fetched again. A store that keeps no partial files need not
    /// implement this.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="sender">The sender of the rest, as in <see cref="IncomingImage.Sender"/>.</param>
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
/// Receives the bytes of one image. Calls must not overlap. After a failed call, and after disposal without <see cref="CompleteAsync"/>,
/// nothing of the image may be left; a store that supports resuming may keep what was written when the sink is disposed.
/// </summary>
/// <remarks>
/// A sink only stores. This library checks that every byte arrives exactly as offered and that the hash matches before it calls <see
/// cref="CompleteAsync"/>. Bytes that arrive in order are hashed while they are being stored.
/// </remarks>
public interface IImageSink : IAsyncDisposable
{
    /// <summary>
    /// Stores bytes at an offset. Bytes may arrive in any order, and bytes that arrive again replace the earlier ones. Most calls should
    /// complete synchronously.
    /// </summary>
    /// <param name="offset">The offset of the first byte in the image, starting at 0.</param>
    /// <param name="data">The bytes. They are valid until the task completes; do not keep them afterwards.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.SizeMismatch"/>: the bytes exceed the announced size. <see cref="ImageShareError.TooLarge"/>: they exceed
    /// the size limit of this side. <see cref="ImageShareError.DiskFull"/>, <see cref="ImageShareError.StoreNotWritable"/>: they cannot be
    /// written.
    /// </exception>
    ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default);

    /// <summary>
    /// Receives the name of the image if the sender gave it with the transfer and not in the offer (RFC 5547 §8.7). Called at most once,
    /// before the first <see cref="WriteAsync"/>. A sink that does not use names need not implement this.
    /// </summary>
    /// <param name="suggestedName">The name. It may contain anything; see <see cref="SafeFileName"/>.</param>
    void SuggestName(string suggestedName)
    {
    }

    /// <summary>
    /// Returns stored bytes, including those of an earlier transfer. Called after the last <see cref="WriteAsync"/> and before <see
    /// cref="CompleteAsync"/>, only to hash an image that was resumed or whose bytes arrived out of order or more than once. A sink that does
    /// not implement it can store only images that arrive in one piece and in order, as almost all senders send them; any other image with a
    /// hash fails with <see cref="ImageShareError.StoreNotWritable"/>.
    /// </summary>
    /// <param name="offset">The offset of the first byte to return, starting at 0.</param>
    /// <param name="buffer">The buffer to fill.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <returns>The number of bytes returned, at least 1; 0 if there are no more bytes or the sink cannot return them.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);

    /// <summary>Called when the image is complete and verified: the sink now gives it its final name.</summary>
    /// <returns>Where the image is and what it is called. This library sets the remaining properties.</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.DiskFull"/>, <see cref="ImageShareError.StoreNotWritable"/>: the image cannot be written.
    /// </exception>
    ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes everything received: the image is not what was offered, or is no longer wanted. May be called at any time; does nothing after
    /// <see cref="CompleteAsync"/> has succeeded.
    /// </summary>
    ValueTask AbandonAsync();
}
