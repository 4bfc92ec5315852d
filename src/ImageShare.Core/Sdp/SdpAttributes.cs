using System.Globalization;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Sdp;

/// <summary>
/// Creates the attributes of an image share as their RFCs define them. List them in a media description in the order in which they are to be
/// written.
/// </summary>
public static class SdpAttributes
{
    internal const string AcceptTypesName = "accept-types";
    internal const string AcceptWrappedTypesName = "accept-wrapped-types";
    internal const string PathName = "path";
    internal const string MaxSizeName = "max-size";
    internal const string SetupName = "setup";
    internal const string FingerprintName = "fingerprint";
    internal const string MsrpCemaName = "msrp-cema";
    internal const string FileSelectorName = "file-selector";
    internal const string FileTransferIdName = "file-transfer-id";
    internal const string FileDispositionName = "file-disposition";
    internal const string FileDateName = "file-date";
    internal const string FileIconName = "file-icon";
    internal const string FileRangeName = "file-range";

    /// <summary><c>a=sendonly</c>, <c>a=recvonly</c>, <c>a=sendrecv</c> or <c>a=inactive</c> (RFC 8866 §6.7).</summary>
    public static SdpAttribute Direction(MediaDirection direction) => new(direction.ToAttributeName());

    /// <summary><c>a=accept-types:</c> (RFC 4975 §8.6).</summary>
    public static SdpAttribute AcceptTypes(AcceptedTypes types) => new(AcceptTypesName, NotNull(types).ToString());

    /// <summary><c>a=accept-wrapped-types:</c> (RFC 4975 §8.6).</summary>
    public static SdpAttribute AcceptWrappedTypes(AcceptedTypes types) => new(AcceptWrappedTypesName, NotNull(types).ToString());

    /// <summary><c>a=path:</c> with the MSRP URIs from the nearest hop to the endpoint, separated by spaces (RFC 4975 §8.2).</summary>
    /// <exception cref="ImageShareException">There is no URI, or one is empty or contains white space or a line break.</exception>
    public static SdpAttribute Path(params IReadOnlyList<string> uris)
    {
        ArgumentNullException.ThrowIfNull(uris);
        if (uris.Count == 0 || uris.Any(u => string.IsNullOrEmpty(u) || u.AsSpan().ContainsAny(" \t\r\n\0")))
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A path needs at least one MSRP URI; none may be empty or contain white space.");
        }

        return new SdpAttribute(PathName, string.Join(' ', uris));
    }

    /// <summary><c>a=max-size:</c>, the largest message accepted, in bytes (RFC 4975 §8.6).</summary>
    public static SdpAttribute MaxSize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return new SdpAttribute(MaxSizeName, bytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary><c>a=setup:</c> (RFC 4145 §4).</summary>
    public static SdpAttribute Setup(SetupRole role) => new(SetupName, role.ToAttributeValue());

    /// <summary><c>a=fingerprint:</c> with the hash of a certificate (RFC 8122 §5).</summary>
    public static SdpAttribute Fingerprint(Fingerprint fingerprint) => new(FingerprintName, NotNull(fingerprint).ToString());

    /// <summary><c>a=msrp-cema</c>: connect to the address in c= and m=, which may belong to a middlebox (RFC 6714 §5).</summary>
    public static SdpAttribute MsrpCema { get; } = new(MsrpCemaName);

    /// <summary><c>a=file-selector:</c> (RFC 5547 §6).</summary>
    public static SdpAttribute FileSelector(FileSelector selector) => new(FileSelectorName, NotNull(selector).ToString());

    /// <summary><c>a=file-selector</c> without a value: files can be shared, but none is offered (RFC 5547 §8.5).</summary>
    public static SdpAttribute BareFileSelector { get; } = new(FileSelectorName);

    /// <summary><c>a=file-transfer-id:</c> (RFC 5547 §8.1).</summary>
    public static SdpAttribute FileTransferId(FileTransferId id) => new(FileTransferIdName, id.Value);

    /// <summary><c>a=file-disposition:</c> (RFC 5547 §7).</summary>
    public static SdpAttribute FileDisposition(FileDisposition disposition) => new(FileDispositionName, disposition.Value);

    /// <summary><c>a=file-date:</c> (RFC 5547 §6).</summary>
    public static SdpAttribute FileDate(FileDate date, FileDateStyle style = FileDateStyle.Rfc5322) =>
        new(FileDateName, NotNull(date).ToString(style));

    /// <summary><c>a=file-icon:</c> with the cid: URL of a body part of the same message (RFC 5547 §8.8).</summary>
    public static SdpAttribute FileIcon(string cidUrl) => new(FileIconName, NotNull(cidUrl));

    /// <summary><c>a=file-range:</c> (RFC 5547 §6).</summary>
    public static SdpAttribute FileRange(FileRange range) => new(FileRangeName, range.ToString());

    private static T NotNull<T>(T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
