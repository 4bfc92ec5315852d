using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.Attributes;

/// <summary>
/// The value of a=accept-types or a=accept-wrapped-types: what an MSRP endpoint accepts (RFC 4975 §8.6). Each entry is a media type, a
/// top-level type such as <c>image/*</c>, or <c>*</c> for anything.
/// </summary>
public sealed record AcceptedTypes
{
    /// <summary>Creates a list of entries. <c>*/*</c> is written as <c>*</c>.</summary>
    public AcceptedTypes(params IEnumerable<MediaType> entries) => Entries = [.. entries];

    private AcceptedTypes(ImmutableArray<MediaType> entries) => Entries = entries;

    // What is offered to every peer is written once.
    private string? _text;

    /// <summary>The list <c>*</c>, which accepts anything.</summary>
    public static AcceptedTypes Anything { get; } = new(new MediaType("*", "*"));

    /// <summary>The entries in order; <c>*</c> is represented as <c>*/*</c>.</summary>
    public ImmutableArray<MediaType> Entries { get; }

    /// <summary>Whether an entry matches this type. Parameters are ignored.</summary>
    public bool Matches(MediaType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        foreach (MediaType entry in Entries)
        {
            if (Matches(entry, type))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether that entry alone matches this type.</summary>
    internal static bool Matches(MediaType entry, MediaType type) => entry.IsSameTypeAs(type)
        || (entry.Subtype == "*" && (entry.Type == "*" || entry.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Parses entries separated by white space.</summary>
    /// <exception cref="FormatException">An entry is not a media type.</exception>
    public static AcceptedTypes Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(Encoding.UTF8.GetBytes(text), out AcceptedTypes? value)
            ? value
            : throw new FormatException($"'{text}' is not a list such as 'image/png message/cpim' or '*'.");
    }

    /// <summary>format-entry *(SP format-entry). False if there is no entry or one is malformed.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out AcceptedTypes? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        if (Grammar.TrimWhiteSpace(text).SequenceEqual("*"u8))
        {
            value = Anything;
            return true;
        }

        // Usually there is one space between entries. A tab may separate two as well.
        var entries = new MediaType[text.Count((byte)' ') + text.Count((byte)'\t') + 1];
        int count = 0;
        while (!cursor.AtEnd)
        {
            if (!SdpText.TryReadWord(ref cursor, out ReadOnlySpan<byte> word) || !TryReadEntry(word, out MediaType? entry))
            {
                return false;
            }

            entries[count++] = entry;
        }

        entries = count == entries.Length ? entries : entries[..count];
        value = count > 0 ? new AcceptedTypes(ImmutableCollectionsMarshal.AsImmutableArray(entries)) : null;
        return value is not null;
    }

    private static bool TryReadEntry(ReadOnlySpan<byte> word, [NotNullWhen(true)] out MediaType? entry)
    {
        entry = MediaType.FindWellKnown(word);
        if (entry is null && word.SequenceEqual("*"u8))
        {
            entry = Anything.Entries[0];
        }

        return entry is not null || MediaType.TryParse(word, out entry);
    }

    /// <summary>Writes the entries, separated by single spaces.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        for (int i = 0; i < Entries.Length; i++)
        {
            if (i > 0)
            {
                output.WriteByte((byte)' ');
            }

            if (Entries[i] is { Type: "*", Subtype: "*" })
            {
                output.WriteByte((byte)'*');
            }
            else
            {
                Entries[i].Write(output);
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(AcceptedTypes? other) => other is not null && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Entries.IsEmpty ? 0 : Entries[0].GetHashCode();

    /// <summary>The value of the attribute.</summary>
    public override string ToString() => _text ??= SdpText.Print(Write);
}
