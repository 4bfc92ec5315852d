using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>
/// The URIs from here to an endpoint, with SP between: <c>a=path</c>, To-Path, From-Path (RFC 4975 §8.2, RFC 4975 §9). The first is the next
/// hop, the last the endpoint itself; without relays they are the same. Immutable; equal when the URIs are equal in their order.
/// </summary>
public sealed record MsrpPath
{
    private byte[]? _bytes;

    /// <summary>Makes a path.</summary>
    /// <exception cref="ArgumentException">There is no URI.</exception>
    public MsrpPath(params ImmutableArray<MsrpUri> uris)
    {
        if (uris.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A path has at least one URI.", nameof(uris));
        }

        Uris = uris;
    }

    /// <summary>The URIs, at least one.</summary>
    public ImmutableArray<MsrpUri> Uris { get; }

    /// <summary>The next hop: the URI to connect to.</summary>
    public MsrpUri First => Uris[0];

    /// <summary>The endpoint at the end of the path.</summary>
    public MsrpUri Last => Uris[^1];

    /// <summary>The path as it is written.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes ??= Encode();

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is no path.</exception>
    public static MsrpPath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(Encoding.UTF8.GetBytes(text), out MsrpPath? value)
            ? value
            : throw new FormatException($"'{text}' is not a list of MSRP URIs with spaces between.");
    }

    /// <summary>MSRP-URI *( SP MSRP-URI ): all of the text must match. At most 16 URIs.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MsrpPath? value) =>
        TryParse(text, MsrpLimits.Default.MaxPathUris, out value);

    /// <summary>As <see cref="TryParse(ReadOnlySpan{byte}, out MsrpPath?)"/> with another bound on the number of URIs.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, int maxUris, [NotNullWhen(true)] out MsrpPath? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        ImmutableArray<MsrpUri> uris = [];
        do
        {
            cursor.SkipWhiteSpace();
            if (uris.Length == maxUris || !MsrpUri.TryParse(cursor.ReadUntilAny(" \t"u8), out MsrpUri? uri))
            {
                return false;
            }

            // Nearly always the only one.
            uris = uris.Add(uri);
        }
        while (!cursor.AtEnd);

        value = new MsrpPath(uris);
        return true;
    }

    /// <summary>Writes the URIs with one SP between them.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Bytes);
    }

    /// <inheritdoc/>
    public bool Equals(MsrpPath? other) =>
        ReferenceEquals(this, other) || (other is not null && Uris.AsSpan().SequenceEqual(other.Uris.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uris.Length, Last);

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    private byte[] Encode()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        for (int i = 0; i < Uris.Length; i++)
        {
            if (i > 0)
            {
                output.WriteByte((byte)' ');
            }

            Uris[i].Write(output);
        }

        return output.WrittenSpan.ToArray();
    }
}
