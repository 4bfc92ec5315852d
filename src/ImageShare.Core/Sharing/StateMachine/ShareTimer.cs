namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>The clocks of a share. At most one of each runs; the shell knows how long each is.</summary>
internal enum ShareTimer
{
    /// <summary>How long the invited user may take to answer.</summary>
    Answer,

    /// <summary>How long it may take to find out from the peer's answer where its media is: names are looked up, and perhaps an offer is made once more (RFC 6714 §4.2).</summary>
    Agreement,

    /// <summary>
    /// How long the peer has to answer the CANCEL of an invitation that was answered too late: the result then knows whether it is still there. The time
    /// is a part of the answer time.
    /// </summary>
    Notice,

    /// <summary>How long a user who cancels waits for what the peer says to it. What is still to be done then goes on without the user.</summary>
    Prompt,

    /// <summary>
    /// How long the other half of an ending may lag: SIP and MSRP are two connections, so a BYE may overtake the last octets or
    /// their 200s, and a sender may take a moment to send the BYE it owes.
    /// </summary>
    Grace,
}
