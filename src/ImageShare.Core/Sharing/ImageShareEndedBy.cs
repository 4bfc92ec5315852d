namespace ImageShare.Core.Sharing;

/// <summary>Who or what ended a share. The value does not depend on whether the SIP or the MSRP message arrived first.</summary>
public enum ImageShareEndedBy
{
    /// <summary>No one: the share completed.</summary>
    Nobody,

    /// <summary>The application on this side: it cancelled, declined or disposed the share.</summary>
    User,

    /// <summary>A failure on this side: of the source, the store, or a check of the received image.</summary>
    ThisSide,

    /// <summary>The peer: it cancelled, declined or refused, or had a failure.</summary>
    Peer,

    /// <summary>The network: a connection could not be established or was lost.</summary>
    Network,

    /// <summary>A timeout or size limit on either side.</summary>
    Limit,
}
