using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.Text;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The attributes that the reader treats in different ways.</summary>
internal enum AttributeKind
{
    // Those whose offsets are needed at the end of their section come first.
    AcceptTypes,
    Path,
    FileSelector,
    FileRange,
    AcceptWrappedTypes,
    MaxSize,
    Setup,
    Fingerprint,
    MsrpCema,
    FileTransferId,
    FileDisposition,
    FileDate,
    FileIcon,

    /// <summary>One of the four directions (RFC 8866 §6.7).</summary>
    Direction,

    /// <summary>Any other, known or not.</summary>
    Other,
}

/// <summary>A known attribute and the reader of its value.</summary>
internal sealed class AttributeMeaning
{
    private delegate object? Reader(ReadOnlySpan<byte> value);

    private static readonly AttributeMeaning[] Known =
    [
        new(SdpAttributes.AcceptTypesName, AttributeKind.AcceptTypes, static value => AcceptedTypes.TryParse(value, out AcceptedTypes? types) ? types : null),
        new(SdpAttributes.AcceptWrappedTypesName, AttributeKind.AcceptWrappedTypes, static value => AcceptedTypes.TryParse(value, out AcceptedTypes? types) ? types : null),
        new(SdpAttributes.PathName, AttributeKind.Path, ReadPath),
        new(SdpAttributes.MaxSizeName, AttributeKind.MaxSize, static value => ReadBytes(value)),
        new(SdpAttributes.SetupName, AttributeKind.Setup, static value => SetupRoles.FromAttributeValue(WellKnownText.GetString(value))),
        new(SdpAttributes.FingerprintName, AttributeKind.Fingerprint, static value => Fingerprint.TryParse(value, out Fingerprint? fingerprint) ? fingerprint : null),
        new(SdpAttributes.FileSelectorName, AttributeKind.FileSelector, static value => FileSelector.TryParse(value, out FileSelector? selector) ? selector : null),
        new(SdpAttributes.FileTransferIdName, AttributeKind.FileTransferId, static value => FileTransferId.TryParse(value, out FileTransferId id) ? id.Value : null),
        new(SdpAttributes.FileDispositionName, AttributeKind.FileDisposition, static value => FileDisposition.TryParse(value, out FileDisposition disposition) ? disposition.Value : null),
        new(SdpAttributes.FileDateName, AttributeKind.FileDate, static value => FileDate.TryParse(value, out FileDate? date) ? date : null),
        new(SdpAttributes.FileIconName, AttributeKind.FileIcon, ReadIcon),
        new(SdpAttributes.FileRangeName, AttributeKind.FileRange, static value => FileRange.TryParse(value, out FileRange range) ? range : null),
        new("sendonly", AttributeKind.Direction), new("recvonly", AttributeKind.Direction), new("sendrecv", AttributeKind.Direction),
        new("inactive", AttributeKind.Direction), new(SdpAttributes.MsrpCemaName, AttributeKind.MsrpCema), new("connection", AttributeKind.Other),
        new("tool", AttributeKind.Other), new("charset", AttributeKind.Other), new("lang", AttributeKind.Other), new("sdplang", AttributeKind.Other),
    ];

    // Indexed by the length of the name, which is almost unique.
    private static readonly AttributeMeaning[][] ByLength =
        [.. Enumerable.Range(0, Known.Max(static k => k.Name.Length) + 1).Select(static length => Known.Where(k => k.Name.Length == length).ToArray())];

    // Of the directions the last one; nobody asks for it.
    private static readonly string[] Names = [.. Enumerable.Range(0, (int)AttributeKind.Other).Select(static kind => Known.Last(k => (int)k.Kind == kind).Name)];

    private readonly byte[] _bytes;
    private readonly (ulong First, ulong Last) _ends;
    private readonly Reader? _read;

    private AttributeMeaning(string name, AttributeKind kind, Reader? read = null)
    {
        Name = name;
        Kind = kind;
        _bytes = Encoding.ASCII.GetBytes(name);
        _ends = EndsOf(_bytes);
        _read = read;
    }

    /// <summary>The meaning of an attribute with a malformed value.</summary>
    public static object Unreadable { get; } = new();

    /// <summary>The registered name.</summary>
    public string Name { get; }

    public AttributeKind Kind { get; }

    /// <summary>Whether this library interprets the value.</summary>
    public bool HasMeaning => _read is not null;

    /// <summary>The registered name of the attribute of a kind that has only one.</summary>
    public static string NameOf(AttributeKind kind) => Names[(int)kind];

    /// <summary>Finds a known attribute by name, ignoring case; null if unknown.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isSpeltSo">Whether the case is that of the registered name, as it almost always is.</param>
    public static AttributeMeaning? Find(ReadOnlySpan<byte> name, out bool isSpeltSo)
    {
        isSpeltSo = false;
        if (name.Length >= ByLength.Length)
        {
            return null;
        }

        AttributeMeaning[] candidates = ByLength[name.Length];
        (ulong, ulong) ends = EndsOf(name);
        foreach (AttributeMeaning known in candidates)
        {
            if (ends == known._ends && (name.Length <= 2 * sizeof(ulong) || name.SequenceEqual(known._bytes)))
            {
                isSpeltSo = true;
                return known;
            }
        }

        foreach (AttributeMeaning known in candidates)
        {
            if (Ascii.EqualsIgnoreCase(name, known._bytes))
            {
                return known;
            }
        }

        return null;
    }

    // The first and the last eight bytes as two numbers, or of a shorter name four each, which may overlap. Names of the same length, from four to
    // sixteen bytes, with the same two numbers are the same. No known name is shorter.
    private static (ulong First, ulong Last) EndsOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        >= sizeof(ulong) => (BinaryPrimitives.ReadUInt64LittleEndian(name), BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..])),
        >= sizeof(uint) => (BinaryPrimitives.ReadUInt32LittleEndian(name), BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..])),
        _ => default,
    };

    /// <summary>Finds a known attribute by name, ignoring case; null if unknown.</summary>
    public static AttributeMeaning? Find(ReadOnlySpan<char> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (AttributeMeaning known in ByLength[name.Length])
            {
                if (name.Equals(known.Name, StringComparison.OrdinalIgnoreCase))
                {
                    return known;
                }
            }
        }

        return null;
    }

    /// <summary>Reads the typed value: <see cref="Unreadable"/> if it is malformed, null if only the name matters.</summary>
    public object? Read(ReadOnlySpan<byte> value) => _read is null ? null : _read(value) ?? Unreadable;

    // The strings do not come from the cache: each session has its own.
    private static ReadOnlyCollection<string>? ReadPath(ReadOnlySpan<byte> value)
    {
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(value));
        if (!SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> first))
        {
            return null;
        }

        if (cursor.AtEnd)
        {
            return Array.AsReadOnly([Encoding.UTF8.GetString(first)]);
        }

        List<string> uris = [Encoding.UTF8.GetString(first)];
        while (SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> next))
        {
            uris.Add(Encoding.UTF8.GetString(next));
        }

        return uris.AsReadOnly();
    }

    private static long? ReadBytes(ReadOnlySpan<byte> value)
    {
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(value));
        return cursor.TryReadInt64(out long bytes) && cursor.AtEnd ? bytes : null;
    }

    private static string? ReadIcon(ReadOnlySpan<byte> value)
    {
        value = Grammar.TrimWhiteSpace(value);
        return value.Length > 4 && Ascii.EqualsIgnoreCase(value[..4], "cid:"u8) ? Encoding.UTF8.GetString(value) : null;
    }
}
