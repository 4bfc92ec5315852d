namespace ImageShare.Core.Sharing;

/// <summary>Who or what ended a share. It does not depend on which of the two connections, SIP or MSRP, was the faster.</summary>
public enum ImageShareEndedBy
{
    /// <summary>Nobody: it is complete.</summary>
    Nobody,

    /// <summary>The application on this side: it cancelled, declined or disposed.</summary>
    User,

    /// <summary>This side, because something failed here: the source, the store, a check of what arrived.</summary>
    ThisSide,

    /// <summary>The peer: it cancelled, declined or refused, or something failed there.</summary>
    Peer,

    /// <summary>The network: a connection could not be made, or was lost.</summary>
    Network,

    /// <summary>A bound on time or size, of either side.</summary>
    Limit,
}
