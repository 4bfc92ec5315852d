using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>The icon given with --icon.</summary>
internal static class IconFile
{
    public static async Task<ImageIcon> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            ImageDescription description = await ImageSource.FromFile(file.FullName).DescribeAsync(cancellationToken);
            return description.Type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
                ? new ImageIcon(description.Type, await File.ReadAllBytesAsync(file.FullName, cancellationToken))
                : throw new ImageShareException(ImageShareError.TypeNotAccepted, $"'{file.Name}' is not an image; use a small PNG or JPEG.");
        }
        catch (ImageShareException e)
        {
            throw new ImageShareException(e.Error, $"--icon: {e.Message}", e);
        }
    }
}
