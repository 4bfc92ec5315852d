using System.Collections.Immutable;
using ImageShare.Core.Images;

namespace ImageShare.Core.Sharing.Media;

/// <summary>The image that is served.</summary>
/// <param name="Source">Where its octets are.</param>
/// <param name="Description">What it is.</param>
/// <param name="Hashes">Its SHA-1, and the hash it was asked for by.</param>
/// <param name="MaxBytesPerSecond">How fast it is sent at most.</param>
internal sealed record ServedImage(ImageSource Source, ImageDescription Description, ImmutableArray<ImageHash> Hashes, long? MaxBytesPerSecond);
