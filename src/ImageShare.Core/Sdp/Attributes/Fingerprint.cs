using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Attributes;

/// <summary>
/// The hash of a certificate in <c>a=fingerprint</c> (RFC 8122 §5): who shows a certificate with this hash in TLS is who wrote the description. It
/// protects as far as the way of the description does (§7). Immutable.
/// </summary>
public sealed record Fingerprint
{
    // Weakest first. MD5 and MD2 are left out on purpose: nothing may be verified by them (RFC 8122 §5). SHA-224 is not at hand, and not used.
    private static readonly (string Name, int Length)[] Known = [("sha-1", 20), ("sha-256", 32), ("sha-384", 48), ("sha-512", 64)];

    /// <summary>Makes a fingerprint of what is known already.</summary>
    /// <param name="hashFunction">The name in the IANA registry of hash function textual names, such as <c>sha-256</c>.</param>
    /// <param name="value">The octets of the hash.</param>
    public Fingerprint(string hashFunction, params ImmutableArray<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(hashFunction);
        HashFunction = hashFunction;
        Value = value.IsDefault ? [] : value;
    }

    /// <summary>The hash function as it was written.</summary>
    public string HashFunction { get; }

    /// <summary>The octets of the hash.</summary>
    public ImmutableArray<byte> Value { get; }

    /// <summary>
    /// Whether something can be verified by it: the hash function is SHA-1, SHA-256, SHA-384 or SHA-512, and the value has its length.
    /// </summary>
    public bool IsUsable => Strength >= 0;

    /// <summary>The higher, the stronger; -1 when it cannot be used.</summary>
    internal int Strength => Array.FindIndex(Known, k => k.Length == Value.Length && HashFunction.Equals(k.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is made with SHA-1, for which collisions are known.</summary>
    internal bool IsSha1 => Strength == 0;

    /// <summary>Makes the fingerprint of a certificate.</summary>
    /// <param name="certificate">Its DER octets.</param>
    /// <param name="hashFunction"><c>sha-256</c>, <c>sha-384</c> or <c>sha-512</c>.</param>
    /// <exception cref="ArgumentException">Another hash function.</exception>
    public static Fingerprint Of(ReadOnlySpan<byte> certificate, string hashFunction = "sha-256") =>
        Array.FindIndex(Known, k => k.Name == hashFunction) is > 0 and var strength
            ? new Fingerprint(hashFunction, [.. Hash(strength, certificate)])
            : throw new ArgumentException("A fingerprint is made with sha-256, sha-384 or sha-512.", nameof(hashFunction));

    /// <summary>Whether a certificate has this fingerprint; false when this one cannot be used.</summary>
    /// <param name="certificate">Its DER octets.</param>
    public bool Matches(ReadOnlySpan<byte> certificate) => Strength is >= 0 and var strength && Hash(strength, certificate).AsSpan().SequenceEqual(Value.AsSpan());

    /// <summary>hash-func SP 2UHEX *(":" 2UHEX): the letters in either case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Fingerprint? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadToken(out ReadOnlySpan<byte> function) || !cursor.SkipWhiteSpace())
        {
            return false;
        }

        ReadOnlySpan<byte> hex = cursor.Rest;
        ImmutableArray<byte>.Builder octets = ImmutableArray.CreateBuilder<byte>((hex.Length + 1) / 3);
        Span<byte> octet = stackalloc byte[1];
        while (true)
        {
            if (hex.Length < 2 || Convert.FromHexString(hex[..2], octet, out _, out _) != OperationStatus.Done)
            {
                return false;
            }

            octets.Add(octet[0]);
            hex = hex[2..];
            if (hex.IsEmpty)
            {
                value = new Fingerprint(WellKnownText.GetString(function), octets.DrainToImmutable());
                return true;
            }

            if (hex[0] != ':')
            {
                return false;
            }

            hex = hex[1..];
        }
    }

    /// <summary>Writes the hash function as the registry spells it, and the octets as upper-case hex with colons between.</summary>
    /// <exception cref="ImageShareException">The hash function is no token, or there is no octet.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Value.IsEmpty)
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A fingerprint needs the octets of its hash.");
        }

        SdpText.WriteField(output, Strength is >= 0 and var strength ? Known[strength].Name : HashFunction);
        byte separator = (byte)' ';
        foreach (byte octet in Value)
        {
            Span<byte> span = output.GetSpan(3);
            span[0] = separator;
            Convert.TryToHexString([octet], span[1..], out _);
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

    [SuppressMessage("Security", "CA5350", Justification = "Peers from before RFC 8122 know nothing else; who takes it decides in FingerprintSet.")]
    private static byte[] Hash(int strength, ReadOnlySpan<byte> certificate) => strength switch
    {
        0 => SHA1.HashData(certificate),
        1 => SHA256.HashData(certificate),
        2 => SHA384.HashData(certificate),
        _ => SHA512.HashData(certificate),
    };
}
