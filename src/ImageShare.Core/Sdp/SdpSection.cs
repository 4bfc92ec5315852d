using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The lines read so far of the session part or of a media section, without its attributes. Pass it by reference.</summary>
internal ref struct SdpSection
{
    private MediaLine _line;
    private List<SdpLine>? _others;
    private int _rank;
    private int _attributeLines;
    private AttributePlaces _places;

    /// <summary>The expected order of lines.</summary>
    public SdpLineOrder Order { get; private set; }

    /// <summary>The offset of the section.</summary>
    public int Offset { get; private set; }

    public bool IsMedia { get; private set; }

    /// <summary>Whether this is a media section for MSRP.</summary>
    public bool IsMsrp { get; private set; }

    public ConnectionData? Connection { get; set; }

    public string? Information { get; set; }

    /// <summary>Where its attributes are.</summary>
    [UnscopedRef]
    public readonly ref readonly AttributePlaces Places => ref _places;

    /// <summary>The other lines in the order in which they are written, so that reading, printing and reading again gives an equal result.</summary>
    public readonly ImmutableArray<SdpLine> OtherLines
    {
        get
        {
            SdpLineOrder order = Order;
            return _others is null ? [] : [.. _others.OrderBy(l => order.RankOf(l.Type))];
        }
    }

    /// <summary>Begins the session part.</summary>
    public void StartSession() => Order = SdpLineOrder.Session;

    /// <summary>Begins a media section.</summary>
    /// <param name="offset">The offset of its m= line.</param>
    /// <param name="line">The m= line.</param>
    public void StartMedia(int offset, in MediaLine line)
    {
        if (IsMedia)
        {
            this = default;
        }

        Order = SdpLineOrder.Media;
        Offset = offset;
        _line = line;
        IsMedia = true;
        IsMsrp = line.IsMsrp;
    }

    public bool TakesInOrder(char type)
    {
        int rank = Order.RankOf(type);
        if (rank == Order.Last)
        {
            return true;
        }

        bool inOrder = rank >= _rank;
        _rank = Math.Max(rank, _rank);
        return inOrder;
    }

    public bool HasRoomForAttribute(int limit) => _attributeLines++ < limit;

    /// <summary>Records the place of an attribute.</summary>
    public void Note(AttributeKind kind, int index, int at) => _places.Note(kind, index, at);

    public void Keep(char type, ReadOnlySpan<byte> value) => (_others ??= []).Add(new SdpLine(type, WellKnownText.GetString(value)));

    public readonly MediaDescription ToMedia(ImmutableArray<SdpAttribute> attributes) => new()
    {
        Media = _line.Media,
        Port = _line.Port,
        PortCount = _line.PortCount,
        Protocol = _line.Protocol,
        Formats = _line.Formats,
        Title = Information,
        Connection = Connection,
        Attributes = attributes,
        Index = _places.First,
        OtherLines = OtherLines,
    };
}
