namespace ImageShare.Core.Sharing;

/// <summary>
/// The state of a share, in the order of the service's four steps: capability query, invitation, image transmission, termination. The last
/// four are final.
/// </summary>
public enum ImageShareState
{
    /// <summary>The peer is being asked for its capabilities (OPTIONS).</summary>
    Querying,

    /// <summary>The invitation (INVITE) was sent; there is no response yet.</summary>
    Inviting,

    /// <summary>The peer's user, or the application on this side, is deciding.</summary>
    Ringing,

    /// <summary>The invitation was accepted and the MSRP connection is being established.</summary>
    Connecting,

    /// <summary>The image is being transferred.</summary>
    Transferring,

    /// <summary>The image was transferred or the share was cancelled; BYE or CANCEL is pending.</summary>
    Terminating,

    /// <summary>The whole image arrived and passed its checks.</summary>
    Completed,

    /// <summary>The invitation was declined.</summary>
    Declined,

    /// <summary>The share was cancelled by either side.</summary>
    Cancelled,

    /// <summary>The share failed; the result says why.</summary>
    Failed,
}
