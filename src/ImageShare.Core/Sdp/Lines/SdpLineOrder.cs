namespace ImageShare.Core.Sdp.Lines;

/// <summary>The order of the lines of a description (RFC 8866 §5).</summary>
internal sealed class SdpLineOrder
{
    // The rank of each ASCII character.
    private readonly byte[] _ranks = new byte[128];

    private SdpLineOrder(string types)
    {
        Types = types;
        for (int type = 0; type < _ranks.Length; type++)
        {
            // r= belongs to the preceding t=: the two must stay together.
            int rank = types.IndexOf(type == 'r' ? 't' : (char)type, StringComparison.Ordinal);
            _ranks[type] = (byte)(rank < 0 ? types.Length : rank);
        }
    }

    /// <summary>The order in the session part.</summary>
    public static SdpLineOrder Session { get; } = new("vosiuepcbtrzka");

    /// <summary>The order in a media section, after m=.</summary>
    public static SdpLineOrder Media { get; } = new("micbka");

    /// <summary>The types of the lines in order.</summary>
    public string Types { get; }

    /// <summary>The rank of a line that has no place in this order: the last one.</summary>
    public int Last => Types.Length;

    /// <summary>The position of a line type; unknown ones come last.</summary>
    public int RankOf(char type) => type < _ranks.Length ? _ranks[type] : Last;
}
