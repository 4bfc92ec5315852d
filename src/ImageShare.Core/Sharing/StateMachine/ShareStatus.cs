namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>All that the machine remembers of a share.</summary>
/// <param name="State">What the application sees.</param>
/// <param name="IsCaller">Whether this side invited.</param>
/// <param name="IsSender">Whether this side sends the image.</param>
/// <param name="Ending">While Terminating: the outcome to publish when the ending is done; null until it is known.</param>
/// <param name="AwaitsReason">While Terminating: the transfer has stopped, and the peer's BYE may still say why.</param>
/// <param name="PeerReason">While Terminating, and its outcome is not known: why the peer has said BYE.</param>
/// <param name="IsAnswerUnreadable">While Inviting or Ringing: the peer has answered, but nobody could read it.</param>
/// <param name="Heard">What this side's invitation has had by way of answers.</param>
/// <param name="IsAnswered">While Inviting or Ringing: the peer has accepted, and what its answer says is being read.</param>
/// <param name="BeforeAnswer">While Inviting or Ringing: what the peer has done in the session before this share knew that it stands.</param>
internal sealed record ShareStatus(
    ImageShareState State, bool IsCaller, bool IsSender, ShareOutcome? Ending = null, bool AwaitsReason = false, ShareEndReason PeerReason = ShareEndReason.None,
    bool IsAnswerUnreadable = false, PeerSign Heard = PeerSign.None, bool IsAnswered = false, ShareInput? BeforeAnswer = null)
{
    public bool IsFinal => State is ImageShareState.Completed or ImageShareState.Declined or ImageShareState.Cancelled or ImageShareState.Failed;
}

/// <summary>What a caller has heard before the final answer.</summary>
internal enum PeerSign
{
    /// <summary>Nothing at all.</summary>
    None,

    /// <summary>100 Trying, which may be of somebody on the way.</summary>
    Trying,

    /// <summary>A provisional response of the peer's own.</summary>
    Ringing,
}
