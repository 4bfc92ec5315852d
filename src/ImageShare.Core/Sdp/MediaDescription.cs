using System.Buffers;
using System.Collections.Immutable;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// One media section (m= and what follows, RFC 8866 §5.14). Its attributes are an ordered list that prints back as it was read;
/// the typed properties are views of that list, read on demand, null when the attribute is absent or unreadable.
/// </summary>
public sealed partial record MediaDescription
{
    /// <summary>The kind of media, <c>message</c> for MSRP.</summary>
    public string Media { get; init; } = "message";

    /// <summary>The transport port, 0 to 65535; 0 refuses or ends the section (RFC 3264 §6, §8.2).</summary>
    public int Port { get; init; }

    /// <summary>The number of ports when the peer asked for several (<c>port/number</c>), never so for MSRP; null normally.</summary>
    public int? PortCount { get; init; }

    /// <summary>The transport protocol, <c>TCP/MSRP</c> or <c>TCP/TLS/MSRP</c> (RFC 4975 §8.1).</summary>
    public string Protocol { get; init; } = "TCP/MSRP";

    /// <summary>The formats, <c>*</c> for MSRP.</summary>
    public ImmutableArray<string> Formats { get; init => field = value.IsDefault ? [] : value; } = ["*"];

    /// <summary>A title for people (i=).</summary>
    public string? Title { get; init; }

    /// <summary>The section's own address; null when the session's holds (<see cref="SessionDescription.GetConnection"/>).</summary>
    public ConnectionData? Connection { get; init; }

    /// <summary>The attributes in their order, unknown and repeated ones included.</summary>
    public ImmutableArray<SdpAttribute> Attributes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Lines kept as they came, in the order they are written.</summary>
    public ImmutableArray<SdpLine> OtherLines { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether this is an MSRP section, plain or over TLS.</summary>
    public bool IsMsrp => Media.Equals("message", StringComparison.OrdinalIgnoreCase)
        && (Protocol.Equals("TCP/MSRP", StringComparison.OrdinalIgnoreCase) || Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase));

    /// <summary>The first attribute of that name, case ignored; null when there is none.</summary>
    public SdpAttribute? Find(string name) => Find(Attributes, name);

    /// <summary>The same section with the first attribute of that name replaced in its place, or the new one added at the end.</summary>
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

    /// <summary>The same section without any attribute of that name.</summary>
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

    /// <summary>Writes the section, its lines in the order of RFC 8866 §5, the attributes in theirs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port is not 0 to 65535.</exception>
    /// <exception cref="ImageShareException">A value would end its field or its line.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(Port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Port, ushort.MaxValue);
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
        SdpSectionWriter.Write(output, SdpLineOrder.Media, OtherLines, (type, o) =>
        {
            switch (type)
            {
                case 'i' when Title is not null:
                    SdpText.WriteLine(o, 'i', Title);
                    break;
                case 'c' when Connection is not null:
                    SdpText.WriteLine(o, 'c', Connection.ToString());
                    break;
                case 'a':
                    SdpSectionWriter.WriteAttributes(o, Attributes);
                    break;
                default:
                    break;
            }
        });
    }

    /// <summary>The section as text.</summary>
    public override string ToString() => SdpText.Print(Write);

    internal static SdpAttribute? Find(ImmutableArray<SdpAttribute> attributes, string name)
    {
        foreach (SdpAttribute attribute in attributes)
        {
            if (attribute.Is(name))
            {
                return attribute;
            }
        }

        return null;
    }
}
