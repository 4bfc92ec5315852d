using System.Collections.Immutable;
using ImageShare.Core.Images;

namespace ImageShare.Core.Sharing.Media;

/// <summary>An image to send.</summary>
/// <param name="Source">The source of its bytes.</param>
/// <param name="Description">Its metadata.</param>
/// <param name="Hashes">Its SHA-1, and the hash by which it was requested.</param>
/// <param name="MaxBytesPerSecond">The maximum sending rate in bytes per second, or null.</param>
internal sealed record ServedImage(ImageSource Source, ImageDescription Description, ImmutableArray<ImageHash> Hashes, long? MaxBytesPerSecond);
