using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ImageShare.Core.Images;

/// <summary>Hashes an image as its bytes arrive: always SHA-1, and the strongest other hash in the offer.</summary>
internal sealed class ImageHasher : IDisposable
{
    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly IncrementalHash? _stronger;
    private readonly ImmutableArray<byte> _expected;

    /// <param name="hashes">The hashes in the offer.</param>
    public ImageHasher(ImmutableArray<ImageHash> hashes)
    {
        ImageHash? strongest = ImageHashes.Strongest(hashes);
        CanVerify = strongest is not null;
        _expected = strongest?.Value ?? [];
        _stronger = strongest is not null && ImageHashes.KeyOf(strongest) is { } name and not ImageHashes.Sha1 ? ImageHashes.Create(name) : null;
    }

    /// <summary>Whether the offer contained a hash this library supports.</summary>
    public bool CanVerify { get; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _sha1.AppendData(bytes);
        _stronger?.AppendData(bytes);
    }

    /// <summary>Discards everything appended so far.</summary>
    public void Restart()
    {
        _ = _sha1.GetHashAndReset();
        _ = _stronger?.GetHashAndReset();
    }

    /// <summary>Checks the hash from the offer, then returns the SHA-1 of everything appended.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.HashMismatch"/>: the image is not the one that was offered.</exception>
    public ImmutableArray<byte> Finish()
    {
        byte[] sha1 = _sha1.GetHashAndReset();
        byte[] strongest = _stronger?.GetHashAndReset() ?? sha1;
        if (CanVerify && !strongest.AsSpan().SequenceEqual(_expected.AsSpan()))
        {
            throw new ImageShareException(
                ImageShareError.HashMismatch, "The received image is not the one that was offered: its hash differs. Ask the peer to share it again.");
        }

        return [.. sha1];
    }

    public void Dispose()
    {
        _sha1.Dispose();
        _stronger?.Dispose();
    }
}
