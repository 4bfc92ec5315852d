using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>What the reader has seen so far of the session part or of one media section.</summary>
/// <param name="order">The order of its lines.</param>
/// <param name="offset">Where it begins.</param>
/// <param name="likelyAttributes">How many attributes seem to follow; a hint only.</param>
internal sealed class SdpSection(string order, int offset, int likelyAttributes)
{
    private SdpAttribute[] _attributes = likelyAttributes == 0 ? [] : new SdpAttribute[likelyAttributes];
    private SdpAttributeOffsets _offsets;
    private List<SdpLine>? _others;
    private int _attributeCount;
    private int _rank = -1;
    private int _attributeLines;

    public string Order => order;

    /// <summary>Where the section begins.</summary>
    public int Offset => offset;

    /// <summary>The m= line, when this is a media section.</summary>
    public MediaLine? Line { get; init; }

    public ConnectionData? Connection { get; set; }

    public string? Information { get; set; }

    /// <summary>Where the attributes stand that warnings are about.</summary>
    public ref readonly SdpAttributeOffsets Offsets => ref _offsets;

    public int AttributeCount => _attributeCount;

    /// <summary>The attributes, all of them read: none may be added any more.</summary>
    public ImmutableArray<SdpAttribute> TakeAttributes()
    {
        if (_attributes.Length != _attributeCount)
        {
            Array.Resize(ref _attributes, _attributeCount);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(_attributes);
    }

    /// <summary>The kept lines in the order the writer gives them, so that what is read, printed and read again is equal.</summary>
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
