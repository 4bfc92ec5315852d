using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>Reads the value of a=file-selector: selector *(SP selector), in any order (RFC 5547 §6).</summary>
internal struct FileSelectorReader
{
    // "name:", "size:", "type:" and "hash:" have the same length.
    private const int LabelLength = 5;
    private const uint NameLabel = 'n' | ('a' << 8) | ('m' << 16) | ('e' << 24);
    private const uint SizeLabel = 's' | ('i' << 8) | ('z' << 16) | ('e' << 24);
    private const uint TypeLabel = 't' | ('y' << 8) | ('p' << 16) | ('e' << 24);
    private const uint HashLabel = 'h' | ('a' << 8) | ('s' << 16) | ('h' << 24);

    private string? _name;
    private MediaType? _type;
    private long? _size;
    private FileHash? _hash;
    private ImmutableArray<FileHash>.Builder? _moreHashes;
    private ImmutableArray<string>.Builder? _others;

    // What becomes of a selector.
    private enum Use
    {
        Taken,

        // It is repeated or not understood: it prints back as it was.
        Kept,

        // The whole attribute is unreadable.
        Unreadable,
    }

    private readonly bool IsEmpty => _name is null && _type is null && _size is null && _hash is null && _others is null;

    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out FileSelector? value)
    {
        value = null;
        var reader = default(FileSelectorReader);
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        while (!cursor.AtEnd)
        {
            if (!SdpText.TryReadWord(ref cursor, out ReadOnlySpan<byte> selector) || !reader.TryTake(selector))
            {
                return false;
            }
        }

        value = reader.IsEmpty ? null : reader.ToSelector();
        return value is not null;
    }

    private bool TryTake(ReadOnlySpan<byte> selector)
    {
        Use use = LabelOf(selector) switch
        {
            NameLabel => TakeName(selector[LabelLength..]),
            SizeLabel => TakeSize(new AsciiCursor(selector[LabelLength..])),
            TypeLabel => TakeType(selector[LabelLength..]),
            HashLabel => TakeHash(selector[LabelLength..]),

            // Some peers omit the name: label.
            _ when selector[0] == '"' => TakeName(selector),
            _ => Use.Kept,
        };
        if (use == Use.Kept)
        {
            (_others ??= ImmutableArray.CreateBuilder<string>()).Add(WellKnownText.GetString(selector));
        }

        return use != Use.Unreadable;
    }

    // The four letters before the colon, in lower case and as one number, the first letter lowest; 0 if there is no colon at that place.
    private static uint LabelOf(ReadOnlySpan<byte> selector) => selector.Length >= LabelLength && selector[LabelLength - 1] == ':'
        ? BinaryPrimitives.ReadUInt32LittleEndian(selector) | 0x20202020
        : 0;

    private Use TakeName(ReadOnlySpan<byte> text)
    {
        if (!TryReadName(text, out string name))
        {
            return Use.Unreadable;
        }

        if (_name is not null || name.Length == 0)
        {
            return Use.Kept;
        }

        _name = name;
        return Use.Taken;
    }

    private Use TakeSize(AsciiCursor cursor)
    {
        if (!cursor.TryReadInt64(out long size) || !cursor.AtEnd)
        {
            return Use.Unreadable;
        }

        if (_size is not null)
        {
            return Use.Kept;
        }

        _size = size;
        return Use.Taken;
    }

    private Use TakeType(ReadOnlySpan<byte> text) => _type is null && FileType.TryParse(text, out _type) ? Use.Taken : Use.Kept;

    private Use TakeHash(ReadOnlySpan<byte> text)
    {
        if (!FileHash.TryParse(text, out FileHash? hash))
        {
            return Use.Kept;
        }

        // Almost always there is one.
        if (_hash is null)
        {
            _hash = hash;
        }
        else
        {
            (_moreHashes ??= ImmutableArray.CreateBuilder<FileHash>()).Add(hash);
        }

        return Use.Taken;
    }

    // The quote ends the name: escapes use percent signs, not backslashes (RFC 5547 §6). Names do not come from the cache of strings: each
    // file has its own.
    private static bool TryReadName(ReadOnlySpan<byte> text, out string name)
    {
        name = string.Empty;
        if (text.IsEmpty || text[0] != '"')
        {
            name = PercentEncoding.Decode(text);
            return !text.Contains((byte)'"');
        }

        ReadOnlySpan<byte> inner = text[1..];
        if (inner.IndexOf((byte)'"') != inner.Length - 1)
        {
            return false;
        }

        inner = inner[..^1];
        name = inner.Contains((byte)'%') ? PercentEncoding.Decode(inner) : Encoding.UTF8.GetString(inner);
        return true;
    }

    private readonly FileSelector ToSelector() => new()
    {
        Name = _name,
        Type = _type,
        Size = _size,
        Hashes = _hash is null ? [] : _moreHashes is null ? [_hash] : [_hash, .. _moreHashes],
        OtherSelectors = _others?.DrainToImmutable() ?? [],
    };
}
