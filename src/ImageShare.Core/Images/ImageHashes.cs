using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ImageShare.Core.Images;

/// <summary>The supported hash algorithms: which of several hashes is checked, and hashing a whole image.</summary>
internal static class ImageHashes
{
    /// <summary>The registered name of SHA-1, the hash that every offer contains (RFC 5547 §6).</summary>
    public const string Sha1 = "sha-1";

    /// <summary>The registered name of SHA-256.</summary>
    public const string Sha256 = "sha-256";

    private const int PieceLength = 64 * 1024;

    // Weakest first. MD5 and other broken hashes verify nothing and are left out.
    private static readonly (string Name, HashAlgorithmName Algorithm, int Length)[] Known =
    [
        (Sha1, HashAlgorithmName.SHA1, 20),
        (Sha256, HashAlgorithmName.SHA256, 32),
        ("sha-384", HashAlgorithmName.SHA384, 48),
        ("sha-512", HashAlgorithmName.SHA512, 64),
    ];

    /// <summary>The algorithm whose hashes are <paramref name="bytes"/> bytes long, or null.</summary>
    public static string? NameOf(int bytes) => Array.Find(Known, k => k.Length == bytes).Name;

    /// <summary>The strongest of the hashes this library supports, or null if it supports none of them.</summary>
    public static ImageHash? Strongest(ImmutableArray<ImageHash> hashes) => hashes.Where(static h => StrengthOf(h) >= 0).MaxBy(StrengthOf);

    /// <summary>The registered name of the hash's algorithm, as used for the keys of <see cref="ComputeAsync"/>; null if it is not supported.</summary>
    public static string? KeyOf(ImageHash hash) => StrengthOf(hash) is >= 0 and var strength ? Known[strength].Name : null;

    /// <summary>Begins a hash of the algorithm with that registered name, which must be a supported one.</summary>
    public static IncrementalHash Create(string name) => IncrementalHash.CreateHash(Array.Find(Known, k => k.Name == name).Algorithm);

    /// <summary>Reads a stream to its end and computes its SHA-1 and, if an algorithm is given, a second hash.</summary>
    /// <returns>The hashes, keyed by the registered name of their algorithm.</returns>
    public static async Task<ImmutableDictionary<string, ImmutableArray<byte>>> ComputeAsync(Stream stream, string? algorithm, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            using IncrementalHash? other = algorithm is null or Sha1 ? null : Create(algorithm);
            while (await stream.ReadAsync(piece.AsMemory(0, PieceLength), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                sha1.AppendData(piece.AsSpan(0, read));
                other?.AppendData(piece.AsSpan(0, read));
            }

            var hashes = ImmutableDictionary<string, ImmutableArray<byte>>.Empty.Add(Sha1, [.. sha1.GetHashAndReset()]);
            return other is null ? hashes : hashes.Add(algorithm!, [.. other.GetHashAndReset()]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Checks a hash written in hex digits and returns it in upper case.</summary>
    /// <exception cref="ArgumentException">The text is not a hash of that many bytes.</exception>
    public static string CheckHex(string hex, int bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(hex, name);
        return hex.Length == 2 * bytes && hex.All(char.IsAsciiHexDigit)
            ? hex.ToUpperInvariant()
            : throw new ArgumentException($"{name} must be {2 * bytes} hex digits without separators.", name);
    }

    private static int StrengthOf(ImageHash hash)
    {
        int strength = Known.Length - 1;
        while (strength >= 0 && !(Known[strength].Length == hash.Value.Length && IsName(hash.Algorithm, Known[strength].Name)))
        {
            strength--;
        }

        return strength;
    }

    // With or without hyphens.
    private static bool IsName(string given, string name) =>
        given.Equals(name, StringComparison.OrdinalIgnoreCase)
        || given.Replace("-", string.Empty, StringComparison.Ordinal).Equals(name.Replace("-", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}
