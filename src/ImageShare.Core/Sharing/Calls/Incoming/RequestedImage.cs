using System.Collections.Immutable;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>An image requested by a caller: asks the catalogue and answers accordingly (RFC 5547 §8.3.2).</summary>
internal sealed class RequestedImage(ShareContext context, CalledShare call, SendingMedia media, ReceivedOffer offer, Action<ShareSession> served)
{
    public async Task DecideAsync(IImageCatalogue catalogue)
    {
        ImageSelector wanted = offer.Selector.ToImage();
        try
        {
            CatalogueAnswer answer = await catalogue.FindAsync(RequestFor(wanted), call.Withdrawn).ConfigureAwait(false);
            if (answer.Refusal is { } refusal)
            {
                call.Decline(refusal);
                return;
            }

            List<ServedImage> found = await MatchAsync(answer.Images, wanted, call.Withdrawn).ConfigureAwait(false);
            if (found is not [var image] || !IsAcceptable(image))
            {
                // No match, or several: do not guess.
                call.Decline(488);
                return;
            }

            media.Take(image, offer.Media.FileRange ?? FileRange.Whole);
            media.SendAs(Containers.TypeToSend(offer.Media, image.Description.Type), call.Call.Caller.Uri);
            if (offer.Media.MaxSize < media.MessageLength)
            {
                // The peer's limit applies to the whole message: the requested bytes and a possible wrapper.
                call.Decline(488);
                return;
            }

            call.Session.Image = image.Description.ToSelector() with { Hashes = [.. image.Hashes] };
            await call.LogInAsync(call.Withdrawn).ConfigureAwait(false);
            served(call.Session);
            call.TryAccept();
        }
        catch (OperationCanceledException) when (call.Withdrawn.IsCancellationRequested)
        {
            // The caller gave up or the time expired: the share has already ended.
        }
        catch (Exception e)
        {
            // The catalogue is application code and may throw anything; the caller must still get a response.
            context.Log.HandlerFailed(call.Session.Id, e);
            call.Decline(500);
        }
    }

    private ImageRequest RequestFor(ImageSelector wanted) => new()
    {
        Id = call.Session.Id,
        Caller = call.Call.Caller.Uri,
        CallerDisplayName = call.Call.Caller.DisplayName,
        IsCallerAsserted = call.Call.IsCallerAsserted,
        AssertedIdentities = call.Call.AssertedIdentities,
        Wanted = wanted,
    };

    private async Task<List<ServedImage>> MatchAsync(IReadOnlyList<CatalogueImage> candidates, ImageSelector wanted, CancellationToken cancellationToken)
    {
        List<ServedImage> found = [];
        string? algorithm = wanted.StrongestHash is { } hash ? ImageHashes.KeyOf(hash) : null;
        foreach (CatalogueImage candidate in candidates)
        {
            ImageDescription described = candidate.Description
                ?? await candidate.Source.ReadDescriptionAsync(algorithm == ImageHashes.Sha256, context.DescribedFiles, cancellationToken).ConfigureAwait(false);
            if ((wanted.Name ?? described.Name) != described.Name || (wanted.Size ?? described.Size) != described.Size
                || !(wanted.Type is null || ImageTypes.AreSame(wanted.Type, described.Type))
                || !described.Type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            ImmutableArray<ImageHash> hashes = await HashesAsync(candidate, described, algorithm, cancellationToken).ConfigureAwait(false);
            if (algorithm is null || hashes[^1].Value.AsSpan().SequenceEqual(wanted.StrongestHash!.Value.AsSpan()))
            {
                found.Add(new ServedImage(candidate.Source, described, hashes, candidate.MaxBytesPerSecond));
            }
        }

        return found;
    }

    // SHA-1, which the answer always contains, and last the hash of the request.
    private static async ValueTask<ImmutableArray<ImageHash>> HashesAsync(
        CatalogueImage candidate, ImageDescription described, string? algorithm, CancellationToken cancellationToken)
    {
        var sha1 = ImageHash.OfSha1(described.Sha1);
        if (algorithm is null or ImageHashes.Sha1)
        {
            return [sha1];
        }

        if (candidate.Hashes.FirstOrDefault(h => ImageHashes.KeyOf(h) == algorithm) is { } known)
        {
            return [sha1, known];
        }

        if (algorithm == ImageHashes.Sha256 && described.Sha256 is { } sha256)
        {
            return [sha1, new ImageHash(algorithm, [.. Convert.FromHexString(sha256)])];
        }

        Stream stream = candidate.Source.OpenRead(described);
        await using (stream.ConfigureAwait(false))
        {
            return [sha1, new ImageHash(algorithm, (await ImageHashes.ComputeAsync(stream, algorithm, cancellationToken).ConfigureAwait(false))[algorithm])];
        }
    }

    // The requested range must exist, and the peer must accept the type in some form.
    private bool IsAcceptable(ServedImage image) =>
        (offer.Media.FileRange ?? FileRange.Whole).Fits(image.Description.Size) && Containers.TypeToSend(offer.Media, image.Description.Type) is not null;
}
