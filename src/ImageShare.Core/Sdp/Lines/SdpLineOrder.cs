namespace ImageShare.Core.Sdp.Lines;

/// <summary>The order of the lines of a description (RFC 8866 §5).</summary>
internal static class SdpLineOrder
{
    public const string Session = "vosiuepcbtrzka";
    public const string Media = "micbka";

    /// <summary>The position of a line type; unknown ones come last.</summary>
    public static int RankOf(string order, char type)
    {
        // r= belongs to the preceding t=: the two must stay together.
        int rank = order.IndexOf(type == 'r' ? 't' : type, StringComparison.Ordinal);
        return rank < 0 ? order.Length : rank;
    }
}
