using System.Buffers;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// A media description (m= and the lines that follow, RFC 8866 §5.14). The attributes are an ordered list that prints back as it was read.
/// The typed properties are views of that list, computed on demand; they are null if the attribute is absent or malformed.
/// </summary>
public sealed record MediaDescription
{
    // The length of all four direction names.
    private const int DirectionLength = 8;

    private readonly AttributeIndex _index;
    private readonly bool _isIndexed;

    /// <summary>The media type, <c>message</c> for MSRP.</summary>
    public string Media { get; init; } = "message";

    /// <summary>The port, 0 to 65535. 0 refuses or ends the section (RFC 3264 §6, §8.2).</summary>
    public int Port { get; init; }

    /// <summary>The number of ports in <c>port/number</c>, which MSRP does not use; normally null.</summary>
    public int? PortCount { get; init; }

    /// <summary>The transport protocol, <c>TCP/MSRP</c> or <c>TCP/TLS/MSRP</c> (RFC 4975 §8.1).</summary>
    public string Protocol { get; init; } = "TCP/MSRP";

    /// <summary>The formats, <c>*</c> for MSRP.</summary>
    public ImmutableArray<string> Formats { get; init => field = value.IsDefault ? [] : value; } = ["*"];

    /// <summary>A human-readable title (i=).</summary>
    public string? Title { get; init; }

    /// <summary>The address in this section; null if the session-level one applies (<see cref="SessionDescription.GetConnection"/>).</summary>
    public ConnectionData? Connection { get; init; }

    /// <summary>The attributes in order, including unknown and repeated ones.</summary>
    public ImmutableArray<SdpAttribute> Attributes
    {
        get;
        init
        {
            field = value.IsDefault ? [] : value;
            _isIndexed = false;
        }
    } = [];

    /// <summary>The first attributes of each kind, if the reader knows them. Set it after <see cref="Attributes"/>, to which it belongs.</summary>
    internal AttributeIndex Index
    {
        init
        {
            _index = value;
            _isIndexed = true;
        }
    }

    /// <summary>Other lines, unchanged, in the order in which they are written.</summary>
    public ImmutableArray<SdpLine> OtherLines { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether this section is for MSRP, with or without TLS.</summary>
    public bool IsMsrp => Media.Equals("message", StringComparison.OrdinalIgnoreCase)
        && (Protocol.Equals("TCP/MSRP", StringComparison.OrdinalIgnoreCase) || Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase));

    /// <summary>The direction in this section; null if the session-level one applies (<see cref="SessionDescription.GetDirection"/>).</summary>
    public MediaDirection? Direction => DirectionIn(Attributes);

    /// <summary>The MSRP URIs of a=path, from the nearest hop to the endpoint (RFC 4975 §8.2).</summary>
    public IReadOnlyList<string>? Path => View<ReadOnlyCollection<string>>(AttributeKind.Path);

    /// <summary>The types accepted as messages (RFC 4975 §8.6).</summary>
    public AcceptedTypes? AcceptTypes => View<AcceptedTypes>(AttributeKind.AcceptTypes);

    /// <summary>The types accepted only inside a wrapper such as message/cpim (RFC 4975 §8.6).</summary>
    public AcceptedTypes? AcceptWrappedTypes => View<AcceptedTypes>(AttributeKind.AcceptWrappedTypes);

    /// <summary>The largest message accepted, in bytes, including a wrapper (RFC 4975 §8.6).</summary>
    public long? MaxSize => ValueView<long>(AttributeKind.MaxSize);

    /// <summary>The connection role in this section; null if the session-level one applies (<see cref="SessionDescription.GetSetup"/>).</summary>
    public SetupRole? Setup => ValueView<SetupRole>(AttributeKind.Setup);

    /// <summary>Whether the address in c= and m= is the one to connect to (<c>a=msrp-cema</c>, RFC 6714 §5).</summary>
    public bool HasMsrpCema => Find(SdpAttributes.MsrpCemaName) is not null;

    /// <summary>Whether MSRP uses TLS (<c>TCP/TLS/MSRP</c>, RFC 4975 §8.1).</summary>
    public bool IsMsrpOverTls => IsMsrp && Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file selector (RFC 5547 §6); null also if the attribute has no value.</summary>
    public FileSelector? FileSelector => View<FileSelector>(AttributeKind.FileSelector);

    /// <summary>Whether there is a file-selector without a value, which announces a capability and not a file (RFC 5547 §8.5).</summary>
    public bool HasBareFileSelector => Find(SdpAttributes.FileSelectorName) is { } attribute && string.IsNullOrWhiteSpace(attribute.Value);

    /// <summary>The id of the transfer (RFC 5547 §8.1).</summary>
    public FileTransferId? FileTransferId => View<string>(AttributeKind.FileTransferId) is { } id ? new FileTransferId(id) : null;

    /// <summary>How the sender suggests handling the file; absent means <see cref="FileTransfer.FileDisposition.Render"/> (RFC 5547 §7).</summary>
    public FileDisposition? FileDisposition => View<string>(AttributeKind.FileDisposition) is { } token ? new FileDisposition(token) : null;

    /// <summary>The dates of the file (RFC 5547 §6).</summary>
    public FileDate? FileDate => View<FileDate>(AttributeKind.FileDate);

    /// <summary>The cid: URL of the icon (RFC 5547 §8.8), as it was written.</summary>
    public string? FileIcon => View<string>(AttributeKind.FileIcon);

    /// <summary>The byte range of the file; absent means the whole file (RFC 5547 §6).</summary>
    public FileRange? FileRange => ValueView<FileRange>(AttributeKind.FileRange);

    /// <summary>Finds the first attribute with that name, ignoring case; null if there is none.</summary>
    public SdpAttribute? Find(string name) => Find(Attributes, name);

    /// <summary>Returns a copy in which the first attribute of that name is replaced, or the new one is appended.</summary>
    public MediaDescription With(SdpAttribute attribute)
    {
        for (int i = 0; i < Attributes.Length; i++)
        {
            if (Attributes[i].Is(attribute.Name))
            {
                return this with { Attributes = Attributes.SetItem(i, attribute) };
            }
        }

        return this with { Attributes = Attributes.Add(attribute) };
    }

    /// <summary>Returns a copy without the attributes of that name.</summary>
    public MediaDescription Without(string name) => this with { Attributes = Attributes.RemoveAll(a => a.Is(name)) };

    /// <inheritdoc/>
    public bool Equals(MediaDescription? other) =>
        other is not null && Media == other.Media && Port == other.Port && PortCount == other.PortCount && Protocol == other.Protocol
        && Title == other.Title && Equals(Connection, other.Connection)
        && Formats.AsSpan().SequenceEqual(other.Formats.AsSpan())
        && Attributes.AsSpan().SequenceEqual(other.Attributes.AsSpan())
        && OtherLines.AsSpan().SequenceEqual(other.OtherLines.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Media, Port, Protocol, Title, Connection, Attributes.Length, OtherLines.Length);

    /// <summary>Writes the section with its lines in the order of RFC 8866 §5 and its attributes in list order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port is not 0 to 65535.</exception>
    /// <exception cref="ImageShareException">A value contains a character that would end its field or line.</exception>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(Port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Port, ushort.MaxValue);
        WriteMediaLine(output);
        SdpSectionWriter.Write(output, this, SdpLineOrder.Media, OtherLines, static (media, type, to) => media.WriteLines(type, to));
    }

    /// <summary>The section as text.</summary>
    public override string ToString() => SdpText.Print(Write);

    // m=media SP port ["/" integer] SP proto 1*(SP fmt) (RFC 8866 §9).
    private void WriteMediaLine(IBufferWriter<byte> output)
    {
        output.Write("m="u8);
        SdpText.WriteField(output, Media);
        output.WriteByte((byte)' ');
        output.WriteNumber(Port);
        if (PortCount is { } count)
        {
            output.WriteByte((byte)'/');
            output.WriteNumber(count);
        }

        output.WriteByte((byte)' ');
        SdpText.WriteField(output, Protocol);
        foreach (string format in Formats)
        {
            output.WriteByte((byte)' ');
            SdpText.WriteField(output, format);
        }

        output.WriteLineEnd();
    }

    private void WriteLines(char type, IBufferWriter<byte> output)
    {
        switch (type)
        {
            case 'i' when Title is not null:
                SdpText.WriteLine(output, 'i', Title);
                break;
            case 'c' when Connection is not null:
                output.Write("c="u8);
                Connection.Write(output);
                output.WriteLineEnd();
                break;
            case 'a':
                SdpSectionWriter.WriteAttributes(output, Attributes);
                break;
            default:
                break;
        }
    }

    internal static SdpAttribute? Find(ImmutableArray<SdpAttribute> attributes, string name)
    {
        int index = IndexOf(attributes, name);
        return index < 0 ? null : attributes[index];
    }

    internal static MediaDirection? DirectionIn(ImmutableArray<SdpAttribute> attributes)
    {
        foreach (ref readonly SdpAttribute attribute in attributes.AsSpan())
        {
            if (!attribute.HasValue && attribute.Name?.Length == DirectionLength && MediaDirections.FromAttributeName(attribute.Name) is { } direction)
            {
                return direction;
            }
        }

        return null;
    }

    private T? View<T>(AttributeKind kind)
        where T : class =>
        MeaningOf(kind) as T;

    private T? ValueView<T>(AttributeKind kind)
        where T : struct =>
        MeaningOf(kind) is T value ? value : null;

    private object? MeaningOf(AttributeKind kind)
    {
        if (_isIndexed)
        {
            return _index.MeaningOf(kind, Attributes.AsSpan());
        }

        int index = IndexOf(Attributes, AttributeMeaning.NameOf(kind));
        return index < 0 ? null : Attributes.ItemRef(index).Meaning;
    }

    private static int IndexOf(ImmutableArray<SdpAttribute> attributes, string name)
    {
        ReadOnlySpan<SdpAttribute> all = attributes.AsSpan();
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Is(name))
            {
                return i;
            }
        }

        return -1;
    }
}
