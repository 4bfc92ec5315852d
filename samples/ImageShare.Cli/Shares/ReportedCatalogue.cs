using ImageShare.Cli.Reporting;
using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Shares;

/// <summary>The catalogue of a folder, which reports each request.</summary>
internal sealed class ReportedCatalogue(IReporter reporter, string folder, long? maxRate) : IImageCatalogue
{
    private readonly IImageCatalogue _images = ImageCatalogue.FromDirectory(folder);

    // Do not search thousands of files just to report that none is an image.
    private const int MostLookedAt = 1000;

    /// <summary>Reports a folder without images. Checks files until one is an image; only that one is hashed.</summary>
    /// <exception cref="ImageShareException">The folder cannot be read.</exception>
    public async Task SayIfEmptyAsync(SipUri self, CancellationToken cancellationToken)
    {
        FileInfo[] files = List();
        if (files.Length > MostLookedAt)
        {
            return;
        }

        foreach (FileInfo file in files)
        {
            var request = new ImageRequest { Id = string.Empty, Caller = self, Wanted = new ImageSelector { Name = file.Name } };
            if ((await _images.FindAsync(request, cancellationToken)).Images.Count > 0)
            {
                return;
            }
        }

        reporter.NoImages(folder);
    }

    private FileInfo[] List()
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { IgnoreInaccessible = true }).Take(MostLookedAt + 1)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(ImageShareError.FileNotFound, $"The folder '{folder}' cannot be read: {e.Message} Check that it exists and may be read.", e);
        }
    }

    public async ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        reporter.Request(request);
        CatalogueAnswer answer = await _images.FindAsync(request, cancellationToken);
        return CatalogueAnswer.Found([.. answer.Images.Select(image => image with { MaxBytesPerSecond = maxRate })]);
    }
}
