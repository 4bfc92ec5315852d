using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Core;
using ImageShare.Core.Images;

namespace ImageShare.Cli.Shares;

/// <summary>What is done with images before they are sent: copies without metadata, and icons. Disposing deletes the copies.</summary>
internal sealed class PicturePreparation(IReporter reporter) : IDisposable
{
    private StrippedPictures? _stripped;

    /// <summary>Whether to make an icon from each image that has none.</summary>
    public bool MakesIcons { get; init; }

    /// <summary>Whether to send copies without metadata.</summary>
    public bool Strips { get; init; }

    public void Dispose() => _stripped?.Dispose();

    /// <exception cref="UsageException">Metadata cannot be removed from one of them.</exception>
    /// <exception cref="ImageShareException">A file cannot be read.</exception>
    public PictureToSend[] Prepare(PictureToSend[] pictures, CancellationToken cancellationToken)
    {
        // First all copies: if it cannot be done for one image, none is sent.
        if (Strips)
        {
            _stripped = new StrippedPictures();
            pictures = [.. pictures.Select(picture => Strip(_stripped, picture, cancellationToken))];
        }

        return MakesIcons ? [.. pictures.Select(picture => picture.Icon is null ? picture with { Icon = MadeIcon.Of(picture, reporter) } : picture)] : pictures;
    }

    private static PictureToSend Strip(StrippedPictures stripped, PictureToSend picture, CancellationToken cancellationToken)
    {
        FileInfo copy = stripped.Add(picture, cancellationToken);
        return picture with { Source = ImageSource.FromFile(copy.FullName, picture.Type), Path = copy.FullName, Size = copy.Length };
    }
}
