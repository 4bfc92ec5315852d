using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>The icon given with --icon.</summary>
internal static class IconFile
{
    private static readonly int MostBytes = ImageShareLimits.Default.MaxIconSize;

    public static async Task<ImageIcon> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            // Before it is hashed, which takes seconds for a file that was not meant.
            if (PictureToSend.Of(file).Size is { } size && size > MostBytes)
            {
                throw new ImageShareException(ImageShareError.TooLarge, $"'{file.Name}' has {size} bytes, but at most {MostBytes} are allowed; use a smaller picture, or leave the option out: an icon is made from the image.");
            }

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
