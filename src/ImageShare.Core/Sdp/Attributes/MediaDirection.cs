namespace ImageShare.Core.Sdp.Attributes;

/// <summary>Which way media flows, seen from the side that wrote the description (RFC 8866 §6.7).</summary>
public enum MediaDirection
{
    /// <summary><c>sendrecv</c>, the default.</summary>
    SendReceive = 0,

    /// <summary><c>sendonly</c>: the side that pushes a file.</summary>
    SendOnly,

    /// <summary><c>recvonly</c>: the side that gets one.</summary>
    ReceiveOnly,

    /// <summary><c>inactive</c>.</summary>
    Inactive,
}

/// <summary>The words for <see cref="MediaDirection"/> and how the two sides' directions go together.</summary>
public static class MediaDirections
{
    /// <summary>The attribute name of the direction.</summary>
    public static string ToAttributeName(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendReceive => "sendrecv",
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.ReceiveOnly => "recvonly",
        MediaDirection.Inactive => "inactive",
        _ => throw new ArgumentOutOfRangeException(nameof(direction)),
    };

    /// <summary>Reads an attribute name, case ignored; null when it names no direction.</summary>
    public static MediaDirection? FromAttributeName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (MediaDirection direction in (ReadOnlySpan<MediaDirection>)
            [MediaDirection.SendOnly, MediaDirection.ReceiveOnly, MediaDirection.SendReceive, MediaDirection.Inactive])
        {
            if (name.Equals(direction.ToAttributeName(), StringComparison.OrdinalIgnoreCase))
            {
                return direction;
            }
        }

        return null;
    }

    /// <summary>The same flow seen from the other side: sendonly becomes recvonly and the other way round.</summary>
    public static MediaDirection Opposite(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => MediaDirection.ReceiveOnly,
        MediaDirection.ReceiveOnly => MediaDirection.SendOnly,
        _ => direction,
    };

    /// <summary>
    /// Whether a side may answer <paramref name="offered"/> with <paramref name="answered"/> (RFC 3264 §6.1): never sending to
    /// one that does not receive, nor receiving from one that does not send.
    /// </summary>
    public static bool MayAnswer(this MediaDirection answered, MediaDirection offered) =>
        (!Sends(answered) || Receives(offered)) && (!Receives(answered) || Sends(offered));

    private static bool Sends(MediaDirection direction) => direction is MediaDirection.SendOnly or MediaDirection.SendReceive;

    private static bool Receives(MediaDirection direction) => direction is MediaDirection.ReceiveOnly or MediaDirection.SendReceive;
}
