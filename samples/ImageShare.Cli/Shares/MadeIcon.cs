using ImageShare.Cli.Pictures;
using ImageShare.Cli.Reporting;
using ImageShare.Core.Sharing;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Shares;

/// <summary>An icon made from the image itself (RFC 5547 §6, file-icon).</summary>
internal static class MadeIcon
{
    // What every receiver with this library accepts.
    private static readonly int MostBytes = ImageShareLimits.Default.MaxIconSize;

    /// <summary>Makes the icon. An image that is as small as an icon needs none; one that cannot be decoded is shared without.</summary>
    public static ImageIcon? Of(PictureToSend picture, IReporter reporter)
    {
        if (picture.Size is null || picture.Size <= MostBytes)
        {
            // A missing file is reported when it is shared.
            return null;
        }

        try
        {
            using FileStream stream = File.OpenRead(picture.Path);
            return IconEncoder.Encode(PictureDecoder.Decode(stream, IconEncoder.Side, IconEncoder.Side), MostBytes) is { } jpeg
                ? new ImageIcon(new MediaType("image", "jpeg"), jpeg)
                : throw new PictureException("has too much detail for an icon");
        }
        catch (PictureException e)
        {
            reporter.NoIcon(picture.Name, e.Message);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Reported when it is shared.
            return null;
        }
    }
}
