using ImageShare.Core.Images;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>Conversions between the selectors of <c>Sdp</c> and <c>Images</c>.</summary>
internal static class SelectorForms
{
    public static ImageSelector ToImage(this FileSelector selector) => new()
    {
        Name = selector.Name,
        Type = selector.Type,
        Size = selector.Size,
        Hashes = [.. selector.Hashes.Where(static h => h.KnownName is not null).Select(static h => new ImageHash(h.KnownName!, h.Value))],
    };

    public static FileSelector ToFile(this ImageSelector selector) => new()
    {
        Name = selector.Name,
        Type = selector.Type,
        Size = selector.Size,
        Hashes = [.. selector.Hashes.Select(static h => new FileHash(h.Algorithm, h.Value))],
    };

    /// <summary>The selector for an image whose content is known.</summary>
    public static ImageSelector ToSelector(this ImageDescription image) => new()
    {
        Name = image.Name,
        Type = image.Type,
        Size = image.Size,
        Hashes = [ImageHash.OfSha1(image.Sha1)],
    };
}
