using ImageShare.Core.Sharing;

namespace ImageShare.Cli;

/// <summary>A folder's images, and a word about each request for one.</summary>
internal sealed class ReportedCatalogue(IReporter reporter, string folder, long? maxRate) : IImageCatalogue
{
    private readonly IImageCatalogue _images = ImageCatalogue.FromDirectory(folder);

    public async ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        reporter.Request(request);
        CatalogueAnswer answer = await _images.FindAsync(request, cancellationToken);
        return CatalogueAnswer.Of([.. answer.Images.Select(image => image with { MaxBytesPerSecond = maxRate })]);
    }
}
