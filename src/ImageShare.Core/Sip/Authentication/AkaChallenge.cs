using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Authentication;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// The challenge of a network to a SIM (RFC 3310 §3.2): RAND and AUTN from the nonce of a digest challenge with the algorithm AKAv1-MD5. Immutable;
/// prints its realm only.
/// </summary>
public sealed class AkaChallenge
{
    private const int PartLength = 16;

    // More than any network sends, and far less than a header may have.
    private const int MostBytes = 1024;

    internal AkaChallenge(string realm, ReadOnlyMemory<byte> nonce)
    {
        Realm = realm;
        Rand = nonce[..PartLength];
        Autn = nonce.Slice(PartLength, PartLength);
    }

    /// <summary>The realm of the challenge.</summary>
    public string Realm { get; }

    /// <summary>RAND, the random challenge: 16 bytes.</summary>
    public ReadOnlyMemory<byte> Rand { get; }

    /// <summary>AUTN, by which the network proves itself to the SIM: 16 bytes.</summary>
    public ReadOnlyMemory<byte> Autn { get; }

    /// <summary>The realm, without RAND and AUTN.</summary>
    public override string ToString() => $"AKA challenge of {Realm}";

    /// <summary>nonce = base64(RAND AUTN server-data); false for anything else.</summary>
    internal static bool TryRead(DigestChallenge challenge, [NotNullWhen(true)] out AkaChallenge? value)
    {
        Span<byte> nonce = stackalloc byte[MostBytes];
        bool isReadable = Convert.TryFromBase64String(challenge.Nonce, nonce, out int length) && length >= 2 * PartLength;
        value = isReadable ? new AkaChallenge(challenge.Realm, nonce[..(2 * PartLength)].ToArray()) : null;
        return isReadable;
    }
}
