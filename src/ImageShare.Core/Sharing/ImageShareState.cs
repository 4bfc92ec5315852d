namespace ImageShare.Core.Sharing;

/// <summary>
/// Where a share stands. The order is the order of the service's four steps: capability query, invitation, image transmission,
/// termination; the last four are final.
/// </summary>
public enum ImageShareState
{
    /// <summary>The peer is being asked whether it can share images (OPTIONS).</summary>
    Querying,

    /// <summary>The invitation is on its way (INVITE); nothing has come back yet.</summary>
    Inviting,

    /// <summary>The peer's user, or this side's application, is being asked.</summary>
    Ringing,

    /// <summary>The invitation is accepted and the MSRP connection is being made.</summary>
    Connecting,

    /// <summary>The image is under way.</summary>
    Transferring,

    /// <summary>The image is through, or the share is broken off; BYE or CANCEL is under way.</summary>
    Terminating,

    /// <summary>The whole image arrived and was checked.</summary>
    Completed,

    /// <summary>The invitation was declined.</summary>
    Declined,

    /// <summary>The share was cancelled by either side.</summary>
    Cancelled,

    /// <summary>The share failed; the result says why.</summary>
    Failed,
}
