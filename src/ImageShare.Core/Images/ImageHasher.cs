using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ImageShare.Core.Images;

/// <summary>Computes the hashes of an image piece by piece: SHA-1 always, and the strongest other one an offer named.</summary>
internal sealed class ImageHasher : IDisposable
{
    // Weakest first. MD5 and the like verify nothing and are left out.
    private static readonly (string Name, HashAlgorithmName Algorithm, int Length)[] Known =
    [
        ("sha1", HashAlgorithmName.SHA1, 20),
        ("sha256", HashAlgorithmName.SHA256, 32),
        ("sha384", HashAlgorithmName.SHA384, 48),
        ("sha512", HashAlgorithmName.SHA512, 64),
    ];

    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly IncrementalHash? _stronger;
    private readonly ImmutableArray<byte> _expected;

    /// <param name="hashes">What the offer named.</param>
    public ImageHasher(ImmutableArray<ImageHash> hashes)
    {
        int best = -1;
        foreach (ImageHash hash in hashes)
        {
            string name = hash.Algorithm.Replace("-", string.Empty, StringComparison.Ordinal);
            int strength = Array.FindIndex(Known, k => k.Length == hash.Value.Length && k.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (strength > best)
            {
                best = strength;
                _expected = hash.Value;
            }
        }

        CanVerify = best >= 0;
        _stronger = best > 0 ? IncrementalHash.CreateHash(Known[best].Algorithm) : null;
    }

    /// <summary>Whether the offer named a hash that can be checked.</summary>
    public bool CanVerify { get; }

    public void Append(ReadOnlySpan<byte> octets)
    {
        _sha1.AppendData(octets);
        _stronger?.AppendData(octets);
    }

    /// <summary>Throws away what was appended.</summary>
    public void Restart()
    {
        _ = _sha1.GetHashAndReset();
        _ = _stronger?.GetHashAndReset();
    }

    /// <summary>The SHA-1 of everything appended, after checking the hash the offer named.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.HashMismatch"/>.</exception>
    public ImmutableArray<byte> Finish()
    {
        byte[] sha1 = _sha1.GetHashAndReset();
        byte[] strongest = _stronger?.GetHashAndReset() ?? sha1;
        if (CanVerify && !strongest.AsSpan().SequenceEqual(_expected.AsSpan()))
        {
            throw new ImageShareException(
                ImageShareError.HashMismatch, "The image that came is not the one that was offered: its hash is another one. Ask the peer to share it again.");
        }

        return [.. sha1];
    }

    public void Dispose()
    {
        _sha1.Dispose();
        _stronger?.Dispose();
    }
}
