using System.Globalization;
using ImageShare.Cli.Metadata;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;
using ImageShare.Core;

namespace ImageShare.Cli.Shares;

/// <summary>Copies of pictures without metadata, in a temporary folder that only this user can read. Disposing deletes them.</summary>
internal sealed class StrippedPictures : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imageshare-");
    private int _count;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Copies a picture without metadata, under the same name.</summary>
    /// <exception cref="UsageException">It cannot be done for this picture.</exception>
    /// <exception cref="ImageShareException">The picture cannot be read.</exception>
    public FileInfo Add(PictureToSend picture, CancellationToken cancellationToken)
    {
        // Two pictures from different folders may have the same name.
        string path = Path.Combine(_folder.CreateSubdirectory((++_count).ToString(CultureInfo.InvariantCulture)).FullName, Path.GetFileName(picture.Name));
        using FileStream from = Open(picture);
        using var to = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024);
        try
        {
            PictureMetadata.Remove(from, to, cancellationToken);
        }
        catch (MetadataException e)
        {
            throw new UsageException($"--strip-metadata: {Shown.Text(picture.Name)}: {e.Message} Nothing was sent.");
        }

        return new FileInfo(path);
    }

    private static FileStream Open(PictureToSend picture)
    {
        if (picture.Size == 0)
        {
            // Nor is a pipe opened, which has no size: that waits for a writer.
            throw new ImageShareException(ImageShareError.SourceUnreadable, $"The image '{picture.Name}' is empty; choose another file.");
        }

        try
        {
            return File.OpenRead(picture.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageShareException(ImageShareError.FileNotFound, $"The image '{picture.Name}' cannot be opened: {e.Message} Check that the file exists and may be read.", e);
        }
    }
}
