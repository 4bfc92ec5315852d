using System.Collections.ObjectModel;
using System.Text;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>A known attribute and the reader of its value.</summary>
internal sealed class AttributeMeaning
{
    private delegate object? Reader(ReadOnlySpan<byte> value);

    private static readonly AttributeMeaning[] Known =
    [
        new(SdpAttributes.AcceptTypesName, static value => AcceptedTypes.TryParse(value, out AcceptedTypes? types) ? types : null),
        new(SdpAttributes.AcceptWrappedTypesName, static value => AcceptedTypes.TryParse(value, out AcceptedTypes? types) ? types : null),
        new(SdpAttributes.PathName, ReadPath),
        new(SdpAttributes.MaxSizeName, static value => ReadBytes(value)),
        new(SdpAttributes.SetupName, static value => SetupRoles.FromAttributeValue(WellKnownText.GetString(value))),
        new(SdpAttributes.FingerprintName, static value => Fingerprint.TryParse(value, out Fingerprint? fingerprint) ? fingerprint : null),
        new(SdpAttributes.FileSelectorName, static value => FileSelector.TryParse(value, out FileSelector? selector) ? selector : null),
        new(SdpAttributes.FileTransferIdName, static value => FileTransferId.TryParse(value, out FileTransferId id) ? id : null),
        new(SdpAttributes.FileDispositionName, static value => FileDisposition.TryParse(value, out FileDisposition disposition) ? disposition : null),
        new(SdpAttributes.FileDateName, static value => FileDate.TryParse(value, out FileDate? date) ? date : null),
        new(SdpAttributes.FileIconName, ReadIcon),
        new(SdpAttributes.FileRangeName, static value => FileRange.TryParse(value, out FileRange range) ? range : null),
        new(SdpAttributes.MsrpCemaName), new("sendonly"), new("recvonly"), new("sendrecv"), new("inactive"), new("connection"), new("tool"),
        new("charset"), new("lang"), new("sdplang"),
    ];

    // Indexed by the length of the name, which is almost unique.
    private static readonly AttributeMeaning[][] ByLength =
        [.. Enumerable.Range(0, Known.Max(static k => k.Name.Length) + 1).Select(static length => Known.Where(k => k.Name.Length == length).ToArray())];

    private readonly Reader? _read;

    private AttributeMeaning(string name, Reader? read = null)
    {
        Name = name;
        Bytes = Encoding.ASCII.GetBytes(name);
        _read = read;
    }

    /// <summary>The meaning of an attribute with a malformed value.</summary>
    public static object Unreadable { get; } = new();

    /// <summary>The registered name.</summary>
    public string Name { get; }

    /// <summary>The bytes of <see cref="Name"/>.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether this library interprets the value.</summary>
    public bool HasMeaning => _read is not null;

    /// <summary>Finds a known attribute by name, ignoring case; null if unknown.</summary>
    public static AttributeMeaning? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (AttributeMeaning known in ByLength[name.Length])
            {
                if (Ascii.EqualsIgnoreCase(name, known.Bytes))
                {
                    return known;
                }
            }
        }

        return null;
    }

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

    private static ReadOnlyCollection<string>? ReadPath(ReadOnlySpan<byte> value)
    {
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(value));
        if (!SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> first))
        {
            return null;
        }

        if (cursor.AtEnd)
        {
            return Array.AsReadOnly([WellKnownText.GetString(first)]);
        }

        List<string> uris = [WellKnownText.GetString(first)];
        while (SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> next))
        {
            uris.Add(WellKnownText.GetString(next));
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
        return value.Length > 4 && Ascii.EqualsIgnoreCase(value[..4], "cid:"u8) ? WellKnownText.GetString(value) : null;
    }
}
