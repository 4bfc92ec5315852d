using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>
/// A hash of the whole file (RFC 5547 §6), even if only a range is offered. The RFC uses SHA-1, which detects transmission errors but does
/// not protect against attackers.
/// </summary>
public sealed record FileHash
{
    // Weakest first. MD5 and older algorithms are omitted on purpose.
    private static readonly (string Name, string Alias, int Length)[] Known =
        [("sha-1", "sha1", 20), ("sha-224", "sha224", 28), ("sha-256", "sha256", 32), ("sha-384", "sha384", 48), ("sha-512", "sha512", 64)];

    /// <summary>Creates a hash.</summary>
    /// <param name="algorithm">The name in the IANA registry of hash function textual names, such as <c>sha-1</c>.</param>
    /// <param name="value">The bytes of the hash.</param>
    public FileHash(string algorithm, params ImmutableArray<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(algorithm);
        Algorithm = algorithm;
        Value = value.IsDefault ? [] : value;
    }

    /// <summary>The name of the algorithm as written.</summary>
    public string Algorithm { get; }

    /// <summary>The bytes of the hash.</summary>
    public ImmutableArray<byte> Value { get; }

    /// <summary>
    /// The registered lower-case name of the algorithm (<c>sha-1</c>, <c>sha-256</c>, ...) if it is supported and the value has the right
    /// length; otherwise null, and the hash must be ignored.
    /// </summary>
    public string? KnownName
    {
        get
        {
            int strength = Strength;
            return strength < 0 ? null : Known[strength].Name;
        }
    }

    /// <summary>The strength of the algorithm, higher is stronger; -1 if unusable.</summary>
    internal int Strength
    {
        get
        {
            for (int i = 0; i < Known.Length; i++)
            {
                if (Known[i].Length == Value.Length
                    && (Algorithm.Equals(Known[i].Name, StringComparison.OrdinalIgnoreCase) || Algorithm.Equals(Known[i].Alias, StringComparison.OrdinalIgnoreCase)))
                {
                    return i;
                }
            }

            return -1;
        }
    }

    /// <summary>Whether both have the same algorithm, ignoring differences in spelling.</summary>
    public bool IsSameAlgorithmAs(FileHash other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return KnownName is { } name ? name == other.KnownName : Algorithm.Equals(other.Algorithm, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>hash-algorithm ":" 2HEXDIG *(":" 2HEXDIG), with hex digits in either case and optional colons.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out FileHash? value)
    {
        value = null;
        int colon = text.IndexOf((byte)':');
        if (colon <= 0 || text[..colon].ContainsAnyExcept(Grammar.MimeToken))
        {
            return false;
        }

        ReadOnlySpan<byte> hex = text[(colon + 1)..];
        byte[] bytes = new byte[(hex.Length - hex.Count((byte)':')) / 2];
        int count = 0;
        while (!hex.IsEmpty)
        {
            if (count > 0 && hex[0] == ':')
            {
                hex = hex[1..];
            }

            if (hex.Length < 2 || count == bytes.Length || Convert.FromHexString(hex[..2], bytes.AsSpan(count, 1), out _, out _) != OperationStatus.Done)
            {
                return false;
            }

            count++;
            hex = hex[2..];
        }

        if (count == 0)
        {
            return false;
        }

        value = new FileHash(WellKnownText.GetString(text[..colon]), ImmutableCollectionsMarshal.AsImmutableArray(bytes));
        return true;
    }

    /// <summary>Writes the algorithm and the bytes in upper-case hex separated by colons.</summary>
    /// <exception cref="ImageShareException">The algorithm is not a token, or the hash is empty.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Value.IsEmpty || Algorithm.AsSpan().ContainsAny(' ', ':', '"'))
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A file hash needs an algorithm name without spaces or colons, and a value.");
        }

        SdpText.WriteField(output, Algorithm);
        foreach (byte value in Value)
        {
            Span<byte> span = output.GetSpan(3);
            span[0] = (byte)':';
            Convert.TryToHexString([value], span[1..], out _);
            output.Advance(3);
        }
    }

    /// <inheritdoc/>
    public bool Equals(FileHash? other) =>
        other is not null && Algorithm.Equals(other.Algorithm, StringComparison.OrdinalIgnoreCase) && Value.AsSpan().SequenceEqual(other.Value.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Value.AsSpan());
        return hash.ToHashCode();
    }

    /// <summary>The value as it is written.</summary>
    public override string ToString() => SdpText.Print(Write);
}
