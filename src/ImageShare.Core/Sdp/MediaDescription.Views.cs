using System.Collections.Immutable;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <content>What the attributes mean.</content>
public sealed partial record MediaDescription
{
    /// <summary>The section's own direction; null when the session's holds (<see cref="SessionDescription.GetDirection"/>).</summary>
    public MediaDirection? Direction => DirectionIn(Attributes);

    /// <summary>The MSRP URIs of a=path, the first one the nearest hop, the last one the end (RFC 4975 §8.2).</summary>
    public IReadOnlyList<string>? Path
    {
        get
        {
            if (Find(SdpAttributes.PathName)?.Value is not { } value)
            {
                return null;
            }

            string[] uris = value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return uris.Length > 0 ? uris : null;
        }
    }

    /// <summary>What the peer takes as the type of a message (RFC 4975 §8.6).</summary>
    public AcceptedTypes? AcceptTypes => View<AcceptedTypes>(SdpAttributes.AcceptTypesName, AcceptedTypes.TryParse);

    /// <summary>What the peer takes only inside a wrapper such as message/cpim (RFC 4975 §8.6).</summary>
    public AcceptedTypes? AcceptWrappedTypes => View<AcceptedTypes>(SdpAttributes.AcceptWrappedTypesName, AcceptedTypes.TryParse);

    /// <summary>The largest message in octets the peer takes, wrapper included (RFC 4975 §8.6).</summary>
    public long? MaxSize
    {
        get
        {
            var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(Find(SdpAttributes.MaxSizeName)?.Octets));
            return cursor.TryReadInt64(out long octets) && cursor.AtEnd ? octets : null;
        }
    }

    /// <summary>The section's own connection role; null when the session's holds (<see cref="SessionDescription.GetSetup"/>).</summary>
    public SetupRole? Setup => SetupRoles.FromAttributeValue(Find(SdpAttributes.SetupName)?.Value);

    /// <summary>Whether the address in c= and m= is the one to connect to (<c>a=msrp-cema</c>, RFC 6714 §5).</summary>
    public bool HasMsrpCema => Find(SdpAttributes.MsrpCemaName) is not null;

    /// <summary>Whether MSRP goes over TLS here (<c>TCP/TLS/MSRP</c>, RFC 4975 §8.1).</summary>
    public bool IsMsrpOverTls => IsMsrp && Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file this section is about (RFC 5547 §6); null too when the attribute is bare.</summary>
    public FileSelector? FileSelector => View<FileSelector>(SdpAttributes.FileSelectorName, FileTransfer.FileSelector.TryParse);

    /// <summary>Whether there is a file-selector without selectors: a capability, not a file (RFC 5547 §8.5).</summary>
    public bool HasBareFileSelector => Find(SdpAttributes.FileSelectorName) is { } attribute && string.IsNullOrWhiteSpace(attribute.Value);

    /// <summary>The name of the transfer (RFC 5547 §8.1).</summary>
    public FileTransferId? FileTransferId => ValueView<FileTransferId>(SdpAttributes.FileTransferIdName, FileTransfer.FileTransferId.TryParse);

    /// <summary>What the sender would like to happen with the file; absent means <see cref="FileTransfer.FileDisposition.Render"/> (RFC 5547 §7).</summary>
    public FileDisposition? FileDisposition => ValueView<FileDisposition>(SdpAttributes.FileDispositionName, FileTransfer.FileDisposition.TryParse);

    /// <summary>The dates of the file (RFC 5547 §6).</summary>
    public FileDate? FileDate => View<FileDate>(SdpAttributes.FileDateName, FileTransfer.FileDate.TryParse);

    /// <summary>The cid: URL of the icon (RFC 5547 §8.8), as it was written.</summary>
    public string? FileIcon =>
        Find(SdpAttributes.FileIconName)?.Value?.Trim() is { } url && url.StartsWith("cid:", StringComparison.OrdinalIgnoreCase) && url.Length > 4 ? url : null;

    /// <summary>Which octets of the file are meant; absent means all (RFC 5547 §6).</summary>
    public FileRange? FileRange => ValueView<FileRange>(SdpAttributes.FileRangeName, FileTransfer.FileRange.TryParse);

    internal static MediaDirection? DirectionIn(ImmutableArray<SdpAttribute> attributes)
    {
        foreach (SdpAttribute attribute in attributes)
        {
            if (attribute.Value is null && MediaDirections.FromAttributeName(attribute.Name) is { } direction)
            {
                return direction;
            }
        }

        return null;
    }

    private delegate bool Reader<T>(ReadOnlySpan<byte> text, out T? value)
        where T : class;

    private delegate bool ValueReader<T>(ReadOnlySpan<byte> text, out T value)
        where T : struct;

    private T? View<T>(string name, Reader<T> read)
        where T : class =>
        Find(name) is { Value: not null } attribute && read(attribute.Octets, out T? value) ? value : null;

    private T? ValueView<T>(string name, ValueReader<T> read)
        where T : struct =>
        Find(name) is { Value: not null } attribute && read(attribute.Octets, out T value) ? value : null;
}
