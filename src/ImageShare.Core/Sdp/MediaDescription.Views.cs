using System.Collections.Immutable;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sdp;

/// <content>What the attributes mean.</content>
public sealed partial record MediaDescription
{
    /// <summary>The direction in this section; null if the session-level one applies (<see cref="SessionDescription.GetDirection"/>).</summary>
    public MediaDirection? Direction => DirectionIn(Attributes);

    /// <summary>The MSRP URIs of a=path, from the nearest hop to the endpoint (RFC 4975 §8.2).</summary>
    public IReadOnlyList<string>? Path => View<IReadOnlyList<string>>(SdpAttributes.PathName);

    /// <summary>The types accepted as messages (RFC 4975 §8.6).</summary>
    public AcceptedTypes? AcceptTypes => View<AcceptedTypes>(SdpAttributes.AcceptTypesName);

    /// <summary>The types accepted only inside a wrapper such as message/cpim (RFC 4975 §8.6).</summary>
    public AcceptedTypes? AcceptWrappedTypes => View<AcceptedTypes>(SdpAttributes.AcceptWrappedTypesName);

    /// <summary>The largest message accepted, in bytes, including a wrapper (RFC 4975 §8.6).</summary>
    public long? MaxSize => ValueView<long>(SdpAttributes.MaxSizeName);

    /// <summary>The connection role in this section; null if the session-level one applies (<see cref="SessionDescription.GetSetup"/>).</summary>
    public SetupRole? Setup => ValueView<SetupRole>(SdpAttributes.SetupName);

    /// <summary>Whether the address in c= and m= is the one to connect to (<c>a=msrp-cema</c>, RFC 6714 §5).</summary>
    public bool HasMsrpCema => Find(SdpAttributes.MsrpCemaName) is not null;

    /// <summary>Whether MSRP uses TLS (<c>TCP/TLS/MSRP</c>, RFC 4975 §8.1).</summary>
    public bool IsMsrpOverTls => IsMsrp && Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file selector (RFC 5547 §6); null also if the attribute has no value.</summary>
    public FileSelector? FileSelector => View<FileSelector>(SdpAttributes.FileSelectorName);

    /// <summary>Whether there is a file-selector without a value, which announces a capability and not a file (RFC 5547 §8.5).</summary>
    public bool HasBareFileSelector => Find(SdpAttributes.FileSelectorName) is { } attribute && string.IsNullOrWhiteSpace(attribute.Value);

    /// <summary>The id of the transfer (RFC 5547 §8.1).</summary>
    public FileTransferId? FileTransferId => ValueView<FileTransferId>(SdpAttributes.FileTransferIdName);

    /// <summary>How the sender suggests handling the file; absent means <see cref="FileTransfer.FileDisposition.Render"/> (RFC 5547 §7).</summary>
    public FileDisposition? FileDisposition => ValueView<FileDisposition>(SdpAttributes.FileDispositionName);

    /// <summary>The dates of the file (RFC 5547 §6).</summary>
    public FileDate? FileDate => View<FileDate>(SdpAttributes.FileDateName);

    /// <summary>The cid: URL of the icon (RFC 5547 §8.8), as it was written.</summary>
    public string? FileIcon => View<string>(SdpAttributes.FileIconName);

    /// <summary>The byte range of the file; absent means the whole file (RFC 5547 §6).</summary>
    public FileRange? FileRange => ValueView<FileRange>(SdpAttributes.FileRangeName);

    // The length of all four direction names.
    private const int DirectionLength = 8;

    internal static MediaDirection? DirectionIn(ImmutableArray<SdpAttribute> attributes)
    {
        foreach (SdpAttribute attribute in attributes)
        {
            if (attribute.Value is null && attribute.Name?.Length == DirectionLength && MediaDirections.FromAttributeName(attribute.Name) is { } direction)
            {
                return direction;
            }
        }

        return null;
    }

    private T? View<T>(string name)
        where T : class =>
        Find(name)?.Meaning as T;

    private T? ValueView<T>(string name)
        where T : struct =>
        Find(name)?.Meaning is T value ? value : null;
}
