using System.Collections.ObjectModel;
using System.Text;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>An attribute this library knows, and how its value is read.</summary>
internal sealed class AttributeMeaning
{
    private delegate object? Reader(ReadOnlySpan<byte> value);

    private static readonly AttributeMeaning[] Known =
    [
        new(SdpAttributes.AcceptTypesName, static value => AcceptedTypes.TryParse(value, out AcceptedTypes? types) ? types : null),
        new(SdpAttributes.AcceptWrappedTypesName, static value => AcceptedTypes.TryParse(value, out AcceptedTypes? types) ? types : null),
        new(SdpAttributes.PathName, ReadPath),
        new(SdpAttributes.MaxSizeName, static value => ReadOctets(value)),
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

    // By the length of the name, which nearly tells them apart.
    private static readonly AttributeMeaning[][] ByLength =
        [.. Enumerable.Range(0, Known.Max(static k => k.Name.Length) + 1).Select(static length => Known.Where(k => k.Name.Length == length).ToArray())];

    private readonly Reader? _read;

    private AttributeMeaning(string name, Reader? read = null)
    {
        Name = name;
        Octets = Encoding.ASCII.GetBytes(name);
        _read = read;
    }

    /// <summary>What an attribute means whose value cannot be read.</summary>
    public static object Unreadable { get; } = new();

    /// <summary>The name as it is registered.</summary>
    public string Name { get; }

    /// <summary>The octets of <see cref="Name"/>.</summary>
    public byte[] Octets { get; }

    /// <summary>Whether its value means something to this library.</summary>
    public bool HasMeaning => _read is not null;

    /// <summary>The known attribute of that name, case ignored; null when it is not known.</summary>
    public static AttributeMeaning? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (AttributeMeaning known in ByLength[name.Length])
            {
                if (Ascii.EqualsIgnoreCase(name, known.Octets))
                {
                    return known;
                }
            }
        }

        return null;
    }

    /// <summary>The known attribute of that name, case ignored; null when it is not known.</summary>
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

    /// <summary>The typed value, <see cref="Unreadable"/>, or null when only the name of the attribute matters.</summary>
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

    private static long? ReadOctets(ReadOnlySpan<byte> value)
    {
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(value));
        return cursor.TryReadInt64(out long octets) && cursor.AtEnd ? octets : null;
    }

    private static string? ReadIcon(ReadOnlySpan<byte> value)
    {
        value = Grammar.TrimWhiteSpace(value);
        return value.Length > 4 && Ascii.EqualsIgnoreCase(value[..4], "cid:"u8) ? WellKnownText.GetString(value) : null;
    }
}
