namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>The clocks of a share. At most one of each runs; the shell knows how long each is.</summary>
internal enum ShareTimer
{
    /// <summary>How long the invited user may take to answer.</summary>
    Answer,

    /// <summary>
    /// How long the other half of an ending may lag: SIP and MSRP are two connections, so a BYE may overtake the last octets or
    /// their 200s, and a sender may take a moment to send the BYE it owes.
    /// </summary>
    Grace,
}
