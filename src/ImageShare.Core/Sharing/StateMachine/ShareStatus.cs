namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>The state of the share machine.</summary>
/// <param name="State">The state the application sees.</param>
/// <param name="IsCaller">Whether this side is the caller.</param>
/// <param name="IsSender">Whether this side sends the image.</param>
/// <param name="Ending">While Terminating: the outcome to publish at the end; null until it is known.</param>
/// <param name="AwaitsReason">While Terminating: whether the transfer has stopped and the peer's BYE may explain why.</param>
/// <param name="PeerReason">While Terminating without a known outcome: the reason in the peer's BYE.</param>
/// <param name="IsAnswerUnreadable">While Inviting or Ringing: whether the peer sent a malformed final response.</param>
/// <param name="Heard">The responses to this side's invitation so far.</param>
/// <param name="IsAnswered">While Inviting or Ringing: whether the peer accepted and its answer is being evaluated.</param>
/// <param name="BeforeAnswer">While Inviting or Ringing: an event of the session that arrived before its answer was evaluated.</param>
internal sealed record ShareStatus(
    ImageShareState State, bool IsCaller, bool IsSender, ShareOutcome? Ending = null, bool AwaitsReason = false, ShareEndReason PeerReason = ShareEndReason.None,
    bool IsAnswerUnreadable = false, PeerSign Heard = PeerSign.None, bool IsAnswered = false, ShareInput? BeforeAnswer = null)
{
    public bool IsFinal => State is ImageShareState.Completed or ImageShareState.Declined or ImageShareState.Cancelled or ImageShareState.Failed;
}

/// <summary>The responses a caller has received before the final one.</summary>
internal enum PeerSign
{
    /// <summary>None.</summary>
    None,

    /// <summary>100 Trying, possibly from a proxy.</summary>
    Trying,

    /// <summary>A provisional response from the peer itself.</summary>
    Ringing,
}
