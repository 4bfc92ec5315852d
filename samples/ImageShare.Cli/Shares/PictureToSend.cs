using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Shares;

/// <summary>An image named on the command line, and its icon.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where it is.</param>
/// <param name="Path">The file with its bytes, for what is done with them besides sending.</param>
/// <param name="Icon">Its preview, or null.</param>
internal sealed record PictureToSend(string Name, ImageSource Source, string Path, ImageIcon? Icon)
{
    /// <summary>The file; null if it came from standard input.</summary>
    public FileInfo? File { get; init; }

    /// <summary>Its type, if it came from standard input.</summary>
    public MediaType? Type { get; init; }

    /// <summary>Its size in bytes, if that can be known without reading it.</summary>
    public long? Size { get; init; }

    public static PictureToSend Of(FileInfo file) => new(file.Name, ImageSource.FromFile(file.FullName), file.FullName, null) { File = file, Size = SizeOf(file) };

    // The size of a link is its own, but what is read is the file it leads to.
    private static long? SizeOf(FileInfo file)
    {
        FileInfo read = file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is { } target ? new FileInfo(target.FullName) : file;
        return read.Exists ? read.Length : null;
    }
}
