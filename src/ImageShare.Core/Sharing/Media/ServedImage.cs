using System.Collections.Immutable;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing.Offers;

namespace ImageShare.Core.Sharing.Media;

/// <summary>An image to send.</summary>
/// <param name="Source">The source of its bytes.</param>
/// <param name="Description">Its metadata.</param>
/// <param name="Hashes">Its SHA-1, and the hash by which it was requested.</param>
/// <param name="MaxBytesPerSecond">The maximum sending rate in bytes per second, or null.</param>
internal sealed record ServedImage(ImageSource Source, ImageDescription Description, ImmutableArray<ImageHash> Hashes, long? MaxBytesPerSecond)
{
    /// <summary>An image to share with these settings.</summary>
    /// <exception cref="ImageShareException">It cannot be shared with them.</exception>
    public static ServedImage Of(ImageSource source, ImageDescription image, ShareSettings settings)
    {
        if (!image.Type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
        {
            throw new ImageShareException(
                ImageShareError.TypeNotAccepted, $"{image.Name} is {image.Type.Essence}, not an image; share a JPEG, PNG, GIF, BMP, WebP or HEIC file, or specify its image type.");
        }

        return settings.ResumeAt >= 0 && settings.ResumeAt < image.Size
            ? new ServedImage(source, image, image.ToSelector().Hashes, null)
            : throw new ImageShareException(
                ImageShareError.InvalidValue, $"{image.Name} has {image.Size} bytes and cannot be resumed at byte {settings.ResumeAt}; share the whole image.");
    }
}
