namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>The timers of a share. At most one of each runs; <c>ShareTimers</c> defines the durations.</summary>
internal enum ShareTimer
{
    /// <summary>The time for the invited user to answer.</summary>
    Answer,

    /// <summary>The time to determine the peer's media address from its answer: resolving names and possibly a new offer (RFC 6714 §4.2).</summary>
    Agreement,

    /// <summary>
    /// The time for the peer to answer the CANCEL after the answer timeout, which shows whether it is still reachable. Part of the answer
    /// timeout.
    /// </summary>
    Notice,

    /// <summary>The time a cancellation waits for the peer's response. After that, the remaining steps run in the background.</summary>
    Prompt,

    /// <summary>
    /// The time for the other of SIP and MSRP to catch up: a BYE may overtake the last bytes or their 200s, and a sender may take a moment to
    /// send its BYE.
    /// </summary>
    Grace,
}
