namespace ImageShare.Core.Sharing.StateMachine;

/// <summary>All that the machine remembers of a share.</summary>
/// <param name="State">What the application sees.</param>
/// <param name="IsCaller">Whether this side invited.</param>
/// <param name="IsSender">Whether this side sends the image.</param>
/// <param name="Ending">While Terminating: the outcome to publish when the ending is done; null until it is known.</param>
/// <param name="AwaitsReason">While Terminating: the peer has stopped the transfer, and its BYE is still to say why.</param>
/// <param name="PeerHasFailed">While Terminating: the peer has said BYE because something failed there.</param>
internal sealed record ShareStatus(
    ImageShareState State, bool IsCaller, bool IsSender, ShareOutcome? Ending = null, bool AwaitsReason = false, bool PeerHasFailed = false)
{
    public bool IsFinal => State is ImageShareState.Completed or ImageShareState.Declined or ImageShareState.Cancelled or ImageShareState.Failed;
}
