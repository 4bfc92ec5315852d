using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Media;

/// <summary>
/// Takes a message that wraps its image (message/cpim, multipart; RFC 4975 §7.3.1) and passes the octets of the image on to the sink behind, as they come:
/// size and hash of the offer are those of the file, not of what is around it. The image is the one part of the offered type.
/// </summary>
/// <param name="image">Where the image goes.</param>
/// <param name="wrapper">The type of the whole message, one that <see cref="BodyUnwrapper.CanUnwrap"/>.</param>
/// <param name="offered">The type the offer names; null takes any image.</param>
/// <param name="first">Where in the file the message begins.</param>
/// <param name="most">The most octets of the image, those before <paramref name="first"/> left out.</param>
/// <param name="tooMuch">What to say when there are more.</param>
internal sealed class UnwrappingSink(IImageSink image, MediaType wrapper, MediaType? offered, long first, long most, Func<ImageShareException> tooMuch) : IImageSink
{
    // What is worked on at a time, and so the most that lies ready.
    private const int PieceLength = 16 * 1024;

    // "Unsupported media type" (RFC 4975 §10.6).
    private const int Unsupported = 415;

    private readonly BodyUnwrapper _unwrapper = new(wrapper);
    private long _position;
    private bool _isInImage;
    private bool _hasImage;
    private long _most = most;

    /// <summary>Told what the part says that is the image, before its first octet.</summary>
    public Action<BodyPart>? OnImage { get; init; }

    /// <summary>The octets of the image so far.</summary>
    public long Received { get; private set; }

    /// <summary>The most octets of a message around so many of an image: quoted-printable makes three of one, and there are headers and a text beside it.</summary>
    public static long MostAround(long size) => size > long.MaxValue / 4 ? long.MaxValue : (3 * size) + (1 << 20);

    public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
    {
        // What a wrapper says is found by what stands before it: octets that came already are passed over, and those behind a gap cannot be read.
        long again = _position - (offset - first);
        if (again < 0)
        {
            throw await GiveUpAsync(new ImageShareException(
                ImageShareError.MalformedMessage, "The peer sent a wrapped image out of order, which cannot be unwrapped while it comes; it was refused.")).ConfigureAwait(false);
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

    /// <summary>No more than so many octets are taken after all.</summary>
    public void Limit(long octets) => _most = Math.Min(_most, octets);

    public void Name(string suggestedName) => image.Name(suggestedName);

    public async ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await _unwrapper.EndAsync().ConfigureAwait(false);
        await TakeAsync(cancellationToken).ConfigureAwait(false);
        return _hasImage
            ? await image.CompleteAsync(cancellationToken).ConfigureAwait(false)
            : throw await GiveUpAsync(new ImageShareException(
                ImageShareError.ImageMissing, $"The peer's {wrapper.Essence} holds no part of the type {offered?.Essence ?? "image/*"} that was offered.")
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
                ImageShareError.MalformedMessage, $"The peer wrapped its image in {wrapper.Essence} in a way that cannot be read ({_unwrapper.Error}).")
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
                        ImageShareError.ImageAmbiguous, $"The peer's {wrapper.Essence} holds more than one image of the type that was offered; which is meant is not known.")
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
                    throw await GiveUpAsync(tooMuch()).ConfigureAwait(false);
                }

                await image.WriteAsync(first + Received, new ReadOnlySequence<byte>(next.Content), cancellationToken).ConfigureAwait(false);
                Received += next.Content.Length;
                break;
            case UnwrapEventKind.PartEnd when _isInImage && next.IsDamaged:
                throw await GiveUpAsync(new ImageShareException(
                    ImageShareError.MalformedMessage, "The transfer encoding of the peer's image is broken or unknown; the image was refused.")).ConfigureAwait(false);
            default:
                break;
        }
    }

    // Peers write application/octet-stream for anything. A picture of the image beside it is not the image.
    private bool IsImage(BodyPart part) =>
        part.Disposition?.Is("icon") != true
        && (part.ContentType.Is("application", "octet-stream")
            || (offered is null ? part.ContentType.Type.Equals("image", StringComparison.OrdinalIgnoreCase) : part.ContentType.IsSameTypeAs(offered)));

    private async ValueTask<ImageShareException> GiveUpAsync(ImageShareException reason)
    {
        await image.AbandonAsync().ConfigureAwait(false);
        return reason;
    }
}
