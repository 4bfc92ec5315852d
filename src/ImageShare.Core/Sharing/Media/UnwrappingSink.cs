using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Unwraps a message that wraps its image (message/cpim, multipart; RFC 4975 §7.3.1) while it arrives, and forwards the bytes of the image:
/// size and hash in the offer are those of the file, not of the wrapper. The image is the only part of the offered type.
/// </summary>
/// <param name="image">The sink for the image.</param>
/// <param name="wrapper">The content type of the message, for which <see cref="BodyUnwrapper.CanUnwrap"/> is true.</param>
/// <param name="offered">What the offer says about the image: its type, or null for any, and the offset at which the message starts.</param>
/// <param name="most">The most bytes of the image to accept, not counting those before that offset.</param>
internal sealed class UnwrappingSink(IImageSink image, MediaType wrapper, IncomingImage offered, long most) : IImageSink
{
    // The number of bytes processed at a time, which bounds the buffered output.
    private const int PieceLength = 16 * 1024;

    // "Unsupported media type" (RFC 4975 §10.6).
    private const int Unsupported = 415;

    private readonly BodyUnwrapper _unwrapper = new(wrapper);
    private long _position;
    private bool _isInImage;
    private bool _hasImage;
    private long _most = most;

    /// <summary>Called with the part that is the image, before its first byte.</summary>
    public Action<BodyPart>? OnImage { get; init; }

    /// <summary>Creates the exception for an image that is larger than accepted.</summary>
    public required Func<ImageShareException> TooMuch { get; init; }

    /// <summary>The number of image bytes received.</summary>
    public long Received { get; private set; }

    /// <summary>The largest message that can wrap an image of that size: quoted-printable triples it, and there are headers and text.</summary>
    public static long MostAround(long size) => size > long.MaxValue / 4 ? long.MaxValue : (3 * size) + (1 << 20);

    public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        // Unwrapping is sequential: skip bytes received before, and fail at a gap.
        long again = _position - (offset - offered.ResumesAt);
        if (again < 0)
        {
            throw await GiveUpAsync(new ImageShareException(
                ImageShareError.MalformedMessage, "The peer sent a wrapped image out of order, which cannot be unwrapped, so it was refused; ask the peer to share it again.")).ConfigureAwait(false);
        }

        if (again < data.Length)
        {
            data = data.Slice(again);
            _position += data.Length;
            foreach (ReadOnlyMemory<byte> segment in data)
            {
                for (int at = 0; at < segment.Length; at += PieceLength)
                {
                    await _unwrapper.PushAsync(segment.Slice(at, Math.Min(PieceLength, segment.Length - at))).ConfigureAwait(false);
                    await TakeAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Lowers the limit for the image.</summary>
    public void Limit(long bytes) => _most = Math.Min(_most, bytes);

    public void SuggestName(string suggestedName) => image.SuggestName(suggestedName);

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await _unwrapper.EndAsync().ConfigureAwait(false);
        await TakeAsync(cancellationToken).ConfigureAwait(false);
        return _hasImage
            ? await image.CompleteAsync(cancellationToken).ConfigureAwait(false)
            : throw await GiveUpAsync(new ImageShareException(
                ImageShareError.ImageMissing, $"The peer's {wrapper.Essence} message contains no part of the offered type {offered.Type?.Essence ?? "image/*"}; ask the peer to share the image again.")
            { MsrpStatus = Unsupported }).ConfigureAwait(false);
    }

    public ValueTask AbandonAsync() => image.AbandonAsync();

    public ValueTask DisposeAsync() => image.DisposeAsync();

    private async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        while (_unwrapper.TryRead(out UnwrapEvent next))
        {
            await TakeAsync(next, cancellationToken).ConfigureAwait(false);
        }

        if (_unwrapper.Error != UnwrapError.None)
        {
            throw await GiveUpAsync(new ImageShareException(
                ImageShareError.MalformedMessage, $"The peer's {wrapper.Essence} message is malformed ({_unwrapper.Error}); ask the peer to share the image again.")
            { MsrpStatus = Unsupported }).ConfigureAwait(false);
        }
    }

    private async ValueTask TakeAsync(UnwrapEvent next, CancellationToken cancellationToken)
    {
        switch (next.Kind)
        {
            case UnwrapEventKind.PartBegin:
                _isInImage = IsImage(next.Part!);
                if (_isInImage && _hasImage)
                {
                    throw await GiveUpAsync(new ImageShareException(
                        ImageShareError.ImageAmbiguous, $"The peer's {wrapper.Essence} message contains several parts of the offered type; ask the peer to share each image separately.")
                    { MsrpStatus = Unsupported }).ConfigureAwait(false);
                }

                if (_isInImage)
                {
                    _hasImage = true;
                    OnImage?.Invoke(next.Part!);
                }

                break;
            case UnwrapEventKind.Content when _isInImage:
                if (next.Content.Length > _most - Received)
                {
                    throw await GiveUpAsync(TooMuch()).ConfigureAwait(false);
                }

                await image.WriteAsync(offered.ResumesAt + Received, new ReadOnlySequence<byte>(next.Content), cancellationToken).ConfigureAwait(false);
                Received += next.Content.Length;
                break;
            case UnwrapEventKind.PartEnd when _isInImage && next.IsDamaged:
                throw await GiveUpAsync(new ImageShareException(
                    ImageShareError.MalformedMessage, "The transfer encoding of the peer's image is malformed or unknown, so the image was refused; ask the peer to share it again.")).ConfigureAwait(false);
            default:
                break;
        }
    }

    // Peers use application/octet-stream for any file. An icon next to the image is not the image.
    private bool IsImage(BodyPart part) =>
        part.Disposition?.Is("icon") != true
        && (part.ContentType.Is("application", "octet-stream")
            || (offered.Type is null ? part.ContentType.Type.Equals("image", StringComparison.OrdinalIgnoreCase) : part.ContentType.IsSameTypeAs(offered.Type)));

    private async ValueTask<ImageShareException> GiveUpAsync(ImageShareException reason)
    {
        await image.AbandonAsync().ConfigureAwait(false);
        return reason;
    }
}
