using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Attributes;

/// <summary>
/// The hash of a certificate in <c>a=fingerprint</c> (RFC 8122 §5): a peer that presents this certificate in TLS is the author of the session
/// description. It is only as trustworthy as the path of the description (RFC 8122 §7). Immutable.
/// </summary>
public sealed record Fingerprint
{
    // Weakest first. MD5 and MD2 must not be used for verification (RFC 8122 §5). .NET has no SHA-224, and it is not used in practice.
    private static readonly (string Name, int Length)[] Known = [("sha-1", 20), ("sha-256", 32), ("sha-384", 48), ("sha-512", 64)];

    /// <summary>Creates a fingerprint from a hash.</summary>
    /// <param name="hashFunction">The name in the IANA registry of hash function textual names, such as <c>sha-256</c>.</param>
    /// <param name="value">The bytes of the hash.</param>
    public Fingerprint(string hashFunction, params ImmutableArray<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(hashFunction);
        HashFunction = hashFunction;
        Value = value.IsDefault ? [] : value;
    }

    /// <summary>The name of the hash function as written.</summary>
    public string HashFunction { get; }

    /// <summary>The bytes of the hash.</summary>
    public ImmutableArray<byte> Value { get; }

    /// <summary>
    /// Whether it can be used for verification: the hash function is SHA-1, SHA-256, SHA-384 or SHA-512, and the value has the right length.
    /// </summary>
    public bool IsUsable => Strength >= 0;

    /// <summary>The strength of the hash function, higher is stronger; -1 if unusable.</summary>
    internal int Strength => Array.FindIndex(Known, k => k.Length == Value.Length && HashFunction.Equals(k.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the hash function is SHA-1, for which collisions are known.</summary>
    internal bool IsSha1 => Strength == 0;

    /// <summary>Computes the fingerprint of a certificate.</summary>
    /// <param name="certificate">The certificate in DER form.</param>
    /// <param name="hashFunction"><c>sha-256</c>, <c>sha-384</c> or <c>sha-512</c>.</param>
    /// <exception cref="ArgumentException">The hash function is not supported.</exception>
    public static Fingerprint FromCertificate(ReadOnlySpan<byte> certificate, string hashFunction = "sha-256") =>
        Array.FindIndex(Known, k => k.Name == hashFunction) is > 0 and var strength
            ? new Fingerprint(hashFunction, [.. Hash(strength, certificate)])
            : throw new ArgumentException("The hash function of a fingerprint must be sha-256, sha-384 or sha-512.", nameof(hashFunction));

    /// <summary>Whether a certificate has this fingerprint; false if <see cref="IsUsable"/> is false.</summary>
    /// <param name="certificate">The certificate in DER form.</param>
    public bool Matches(ReadOnlySpan<byte> certificate) => Strength is >= 0 and var strength && Hash(strength, certificate).AsSpan().SequenceEqual(Value.AsSpan());

    /// <summary>hash-func SP 2UHEX *(":" 2UHEX), with hex digits in either case.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Fingerprint? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadToken(out ReadOnlySpan<byte> function) || !cursor.SkipWhiteSpace())
        {
            return false;
        }

        ReadOnlySpan<byte> hex = cursor.Rest;
        ImmutableArray<byte>.Builder bytes = ImmutableArray.CreateBuilder<byte>((hex.Length + 1) / 3);
        Span<byte> pair = stackalloc byte[1];
        while (true)
        {
            if (hex.Length < 2 || Convert.FromHexString(hex[..2], pair, out _, out _) != OperationStatus.Done)
            {
                return false;
            }

            bytes.Add(pair[0]);
            hex = hex[2..];
            if (hex.IsEmpty)
            {
                value = new Fingerprint(WellKnownText.GetString(function), bytes.DrainToImmutable());
                return true;
            }

            if (hex[0] != ':')
            {
                return false;
            }

            hex = hex[1..];
        }
    }

    /// <summary>Writes the registered name of the hash function, and the bytes in upper-case hex separated by colons.</summary>
    /// <exception cref="ImageShareException">The hash function is not a token, or the hash is empty.</exception>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Value.IsEmpty)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A fingerprint needs a hash; its value is empty.");
        }

        SdpText.WriteField(output, Strength is >= 0 and var strength ? Known[strength].Name : HashFunction);
        byte separator = (byte)' ';
        foreach (byte value in Value)
        {
            Span<byte> span = output.GetSpan(3);
            span[0] = separator;
            Convert.TryToHexString([value], span[1..], out _);
            output.Advance(3);
            separator = (byte)':';
        }
    }

    /// <inheritdoc/>
    public bool Equals(Fingerprint? other) =>
        other is not null && HashFunction.Equals(other.HashFunction, StringComparison.OrdinalIgnoreCase) && Value.AsSpan().SequenceEqual(other.Value.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Value.AsSpan());
        return hash.ToHashCode();
    }

    /// <summary>The value of the attribute.</summary>
    public override string ToString() => SdpText.Print(Write);

    [SuppressMessage("Security", "CA5350", Justification = "Peers that predate RFC 8122 support nothing else; FingerprintSet decides whether it is accepted.")]
    private static byte[] Hash(int strength, ReadOnlySpan<byte> certificate) => strength switch
    {
        0 => SHA1.HashData(certificate),
        1 => SHA256.HashData(certificate),
        2 => SHA384.HashData(certificate),
        _ => SHA512.HashData(certificate),
    };
}
