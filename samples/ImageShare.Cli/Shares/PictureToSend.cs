using ImageShare.Cli.Settings;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>An image named on the command line, and its icon.</summary>
internal sealed record PictureToSend(FileInfo File, ImageIcon? Icon)
{
    /// <exception cref="UsageException">The number of icons differs from the number of images.</exception>
    public static async Task<PictureToSend[]> OfAsync(FileInfo[] files, FileInfo[] icons, CancellationToken cancellationToken)
    {
        if (icons.Length > 0 && icons.Length != files.Length)
        {
            throw new UsageException($"--icon is given {icons.Length} times for {files.Length} image{(files.Length == 1 ? string.Empty : "s")}; give it once for each image, in their order.");
        }

        var pictures = new PictureToSend[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            pictures[i] = new PictureToSend(files[i], icons.Length == 0 ? null : await IconFile.ReadAsync(icons[i], cancellationToken));
        }

        return pictures;
    }
}
