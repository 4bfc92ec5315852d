using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The lines read so far of the session part or of a media section.</summary>
/// <param name="order">The expected order of lines.</param>
/// <param name="offset">The offset of the section.</param>
/// <param name="likelyAttributes">The expected number of attributes; only a hint.</param>
internal sealed class SdpSection(string order, int offset, int likelyAttributes)
{
    private SdpAttribute[] _attributes = likelyAttributes == 0 ? [] : new SdpAttribute[likelyAttributes];
    private SdpAttributeOffsets _offsets;
    private List<SdpLine>? _others;
    private int _attributeCount;
    private int _rank = -1;
    private int _attributeLines;

    public string Order => order;

    /// <summary>The offset of the section.</summary>
    public int Offset => offset;

    /// <summary>The m= line of a media section.</summary>
    public MediaLine? Line { get; init; }

    public ConnectionData? Connection { get; set; }

    public string? Information { get; set; }

    /// <summary>The offsets of attributes needed for warnings.</summary>
    public ref readonly SdpAttributeOffsets Offsets => ref _offsets;

    public int AttributeCount => _attributeCount;

    /// <summary>Returns the attributes. None may be added afterwards.</summary>
    public ImmutableArray<SdpAttribute> TakeAttributes()
    {
        if (_attributes.Length != _attributeCount)
        {
            Array.Resize(ref _attributes, _attributeCount);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(_attributes);
    }

    /// <summary>The other lines in the order in which they are written, so that reading, printing and reading again gives an equal result.</summary>
    public ImmutableArray<SdpLine> OtherLines => _others is null ? [] : [.. _others.OrderBy(l => SdpLineOrder.RankOf(order, l.Type))];

    public bool TakesInOrder(char type)
    {
        int rank = SdpLineOrder.RankOf(order, type);
        if (rank == order.Length)
        {
            return true;
        }

        bool inOrder = rank >= _rank;
        _rank = Math.Max(rank, _rank);
        return inOrder;
    }

    public bool HasRoomForAttribute(int limit) => _attributeLines++ < limit;

    public void Add(in SdpAttribute attribute, int at)
    {
        _offsets.Note(attribute, at);
        if (_attributeCount == _attributes.Length)
        {
            Array.Resize(ref _attributes, Math.Max(4, _attributes.Length * 2));
        }

        _attributes[_attributeCount++] = attribute;
    }

    public void Keep(char type, ReadOnlySpan<byte> value) => (_others ??= []).Add(new SdpLine(type, WellKnownText.GetString(value)));

    public MediaDescription ToMedia() => new()
    {
        Media = Line!.Value.Media,
        Port = Line.Value.Port,
        PortCount = Line.Value.PortCount,
        Protocol = Line.Value.Protocol,
        Formats = Line.Value.Formats,
        Title = Information,
        Connection = Connection,
        Attributes = TakeAttributes(),
        OtherLines = OtherLines,
    };
}
