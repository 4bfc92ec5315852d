using ImageShare.Core.Images;

namespace ImageShare.Core.Sharing;

/// <summary>The built-in catalogues.</summary>
public static class ImageCatalogue
{
    /// <summary>
    /// Serves the images in a folder, recognized by their first bytes. Subfolders, links and files whose names start with a dot are never
    /// served. Names are compared exactly, and nothing sent by a peer becomes a path. Hashes are computed on request, one image at a time,
    /// and cached until the size or date of the file changes.
    /// </summary>
    /// <param name="folder">The folder. It is listed for every request, so images may be added and removed at any time.</param>
    /// <param name="mayFetch">Decides who may fetch from the folder; false refuses with 403. Null (the default) allows everyone who can reach
    /// this client.</param>
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
                : CatalogueAnswer.Found([.. (await folder.FindAsync(request.Wanted, cancellationToken).ConfigureAwait(false))
                    .Select(static image => new CatalogueImage(image.Source) { Description = image.Description, Hashes = image.Hashes })]);
        }
    }
}
