using System.Collections.Immutable;

namespace ImageShare.Core.Images;

/// <summary>A hash an offer named for an image.</summary>
/// <param name="Algorithm">The name of the algorithm, such as <c>sha-1</c> or <c>sha-256</c>; case and dashes do not matter.</param>
/// <param name="Value">The octets of the hash.</param>
public sealed record ImageHash(string Algorithm, ImmutableArray<byte> Value);
