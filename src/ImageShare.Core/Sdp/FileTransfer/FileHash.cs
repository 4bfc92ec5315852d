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

    private const byte NoHexDigit = 16;

    // The value of each byte as a hex digit.
    private static readonly byte[] HexDigits = [.. Enumerable.Range(0, 256).Select(static c => char.IsAsciiHexDigit((char)c) ? Convert.ToByte(((char)c).ToString(), 16) : NoHexDigit)];

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
    internal string? KnownName
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
    internal bool IsSameAlgorithmAs(FileHash other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return KnownName is { } name ? name == other.KnownName : Algorithm.Equals(other.Algorithm, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>hash-algorithm ":" 2HEXDIG *(":" 2HEXDIG), with hex digits in either case and optional colons.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out FileHash? value)
    {
        value = null;
        if (text.StartsWith("sha-1:"u8) && TryReadRegular(text[6..], out byte[]? usual))
        {
            value = new FileHash(Known[0].Name, ImmutableCollectionsMarshal.AsImmutableArray(usual));
            return true;
        }

        int colon = text.IndexOf((byte)':');
        if (colon <= 0 || text[..colon].ContainsAnyExcept(Grammar.MimeToken))
        {
            return false;
        }

        ReadOnlySpan<byte> hex = text[(colon + 1)..];
        if (!TryReadRegular(hex, out byte[]? bytes) && !TryReadAny(hex, out bytes))
        {
            return false;
        }

        value = new FileHash(WellKnownText.GetString(text[..colon]), ImmutableCollectionsMarshal.AsImmutableArray(bytes));
        return true;
    }

    /// <summary>2HEXDIG *(":" 2HEXDIG), the form of the RFC, in one loop. False for anything else.</summary>
    internal static bool TryReadRegular(ReadOnlySpan<byte> hex, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (hex.Length % 3 != 2)
        {
            return false;
        }

        byte[] read = new byte[(hex.Length + 1) / 3];
        int faults = 0;
        for (int i = 0; i < read.Length; i++)
        {
            int at = i * 3;
            int high = HexDigits[hex[at]], low = HexDigits[hex[at + 1]];
            faults |= high | low | (at + 2 < hex.Length && hex[at + 2] != ':' ? NoHexDigit : 0);
            read[i] = (byte)((high << 4) | low);
        }

        bytes = faults < NoHexDigit ? read : null;
        return bytes is not null;
    }

    /// <summary>The same with or without any of the colons.</summary>
    internal static bool TryReadAny(ReadOnlySpan<byte> hex, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        byte[] read = new byte[(hex.Length - hex.Count((byte)':')) / 2];
        int count = 0;
        while (!hex.IsEmpty)
        {
            if (count > 0 && hex[0] == ':')
            {
                hex = hex[1..];
            }

            if (hex.Length < 2 || count == read.Length || Convert.FromHexString(hex[..2], read.AsSpan(count, 1), out _, out _) != OperationStatus.Done)
            {
                return false;
            }

            count++;
            hex = hex[2..];
        }

        bytes = count > 0 ? read : null;
        return bytes is not null;
    }

    /// <summary>Writes the algorithm and the bytes in upper-case hex separated by colons.</summary>
    /// <exception cref="ImageShareException">The algorithm is not a token, or the hash is empty.</exception>
    internal void Write(IBufferWriter<byte> output)
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
