using ImageShare.Core.Images;

namespace ImageShare.Core.Sharing;

/// <summary>The catalogues that come with the library.</summary>
public static class ImageCatalogue
{
    /// <summary>
    /// The images directly in a folder: files whose first octets are an image's. Folders below it, links and files whose names begin with a dot are
    /// never served. Names must be equal to the last letter; nothing a peer says becomes a path. Hashes are computed when somebody asks, one image
    /// at a time, and kept while size and time of the file stay.
    /// </summary>
    /// <param name="folder">The folder. It is read at each request: images may come and go.</param>
    /// <param name="mayFetch">Who may fetch from it: false answers 403. Null, the default, lets everybody who can reach this client.</param>
    public static IImageCatalogue FromDirectory(string folder, Func<ImageRequest, bool>? mayFetch = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new FolderCatalogue(new ImageFolder(Path.GetFullPath(folder)), mayFetch);
    }

    private sealed class FolderCatalogue(ImageFolder folder, Func<ImageRequest, bool>? mayFetch) : IImageCatalogue
    {
        public async ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(request);
            return mayFetch?.Invoke(request) == false
                ? CatalogueAnswer.Refuse()
                : CatalogueAnswer.Of([.. (await folder.FindAsync(request.Wanted, cancellationToken).ConfigureAwait(false))
                    .Select(static image => new CatalogueImage(image.Source) { Description = image.Description, Hashes = image.Hashes })]);
        }
    }
}
