using System.Buffers;
using System.Collections.Immutable;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>
/// A media description (m= and the lines that follow, RFC 8866 §5.14). The attributes are an ordered list that prints back as it was read.
/// The typed properties are views of that list, computed on demand; they are null if the attribute is absent or malformed.
/// </summary>
public sealed partial record MediaDescription
{
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
    public ImmutableArray<SdpAttribute> Attributes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Other lines, unchanged, in the order in which they are written.</summary>
    public ImmutableArray<SdpLine> OtherLines { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether this section is for MSRP, with or without TLS.</summary>
    public bool IsMsrp => Media.Equals("message", StringComparison.OrdinalIgnoreCase)
        && (Protocol.Equals("TCP/MSRP", StringComparison.OrdinalIgnoreCase) || Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase));

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
