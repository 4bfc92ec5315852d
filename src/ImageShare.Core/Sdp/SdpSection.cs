using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>What the reader has seen so far of the session part or of one media section.</summary>
internal sealed class SdpSection(string order, int offset)
{
    private readonly List<SdpLine> _others = [];
    private readonly List<int> _attributeOffsets = [];
    private int _rank = -1;
    private int _attributeLines;

    public string Order => order;

    /// <summary>Where the section begins.</summary>
    public int Offset => offset;

    /// <summary>The m= line, when this is a media section.</summary>
    public MediaDescription? Head { get; init; }

    public ConnectionData? Connection { get; set; }

    public string? Information { get; set; }

    public List<SdpAttribute> Attributes { get; } = [];

    /// <summary>The kept lines in the order the writer gives them, so that what is read, printed and read again is equal.</summary>
    public ImmutableArray<SdpLine> OtherLines => [.. _others.OrderBy(l => SdpLineOrder.RankOf(order, l.Type))];

    public int AttributeOffset(int index) => _attributeOffsets[index];

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

    public void Add(SdpAttribute attribute, int attributeOffset)
    {
        Attributes.Add(attribute);
        _attributeOffsets.Add(attributeOffset);
    }

    public void Keep(char type, ReadOnlySpan<byte> value) => _others.Add(new SdpLine(type, WellKnownText.GetString(value)));

    public MediaDescription ToMedia() => Head! with
    {
        Title = Information,
        Connection = Connection,
        Attributes = [.. Attributes],
        OtherLines = OtherLines,
    };
}
