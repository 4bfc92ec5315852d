namespace ImageShare.Core.Sdp.Attributes;

/// <summary>The direction of media, from the point of view of the author of the description (RFC 8866 §6.7).</summary>
public enum MediaDirection
{
    /// <summary><c>sendrecv</c>, the default.</summary>
    SendReceive = 0,

    /// <summary><c>sendonly</c>: this side sends a file.</summary>
    SendOnly,

    /// <summary><c>recvonly</c>: this side receives a file.</summary>
    ReceiveOnly,

    /// <summary><c>inactive</c>.</summary>
    Inactive,
}

/// <summary>Attribute names of <see cref="MediaDirection"/>, and the rules for answering one direction with another.</summary>
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

    /// <summary>Parses an attribute name, ignoring case; null if it is not a direction.</summary>
    internal static MediaDirection? FromAttributeName(string name)
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

    /// <summary>
    /// Whether <paramref name="offered"/> may be answered with <paramref name="answered"/> (RFC 3264 §6.1): no side may send to one that does
    /// not receive, or receive from one that does not send.
    /// </summary>
    internal static bool MayAnswer(this MediaDirection answered, MediaDirection offered) =>
        (!Sends(answered) || Receives(offered)) && (!Receives(answered) || Sends(offered));

    private static bool Sends(MediaDirection direction) => direction is MediaDirection.SendOnly or MediaDirection.SendReceive;

    private static bool Receives(MediaDirection direction) => direction is MediaDirection.ReceiveOnly or MediaDirection.SendReceive;
}
