using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp.FileTransfer;

/// <summary>Reads the value of a=file-selector: selector *(SP selector), in any order (RFC 5547 §6).</summary>
internal struct FileSelectorReader
{
    private string? _name;
    private MediaType? _type;
    private long? _size;
    private ImmutableArray<FileHash>.Builder? _hashes;
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

    private readonly bool IsEmpty => _name is null && _type is null && _size is null && _hashes is null && _others is null;

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
        var cursor = new AsciiCursor(selector);

        // Some peers omit the name: label.
        Use use = cursor.TryReadIgnoreCase("name:"u8) || cursor.Peek == '"' ? TakeName(cursor.Rest)
            : cursor.TryReadIgnoreCase("size:"u8) ? TakeSize(cursor)
            : cursor.TryReadIgnoreCase("type:"u8) ? TakeType(cursor.Rest)
            : cursor.TryReadIgnoreCase("hash:"u8) ? TakeHash(cursor.Rest)
            : Use.Kept;
        if (use == Use.Kept)
        {
            (_others ??= ImmutableArray.CreateBuilder<string>()).Add(WellKnownText.GetString(selector));
        }

        return use != Use.Unreadable;
    }

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

        (_hashes ??= ImmutableArray.CreateBuilder<FileHash>(1)).Add(hash);
        return Use.Taken;
    }

    // The quote ends the name: escapes use percent signs, not backslashes (RFC 5547 §6).
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

        name = PercentEncoding.Decode(inner[..^1]);
        return true;
    }

    private readonly FileSelector ToSelector() => new()
    {
        Name = _name,
        Type = _type,
        Size = _size,
        Hashes = _hashes?.DrainToImmutable() ?? [],
        OtherSelectors = _others?.DrainToImmutable() ?? [],
    };
}
