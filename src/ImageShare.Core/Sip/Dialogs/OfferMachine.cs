namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// The offers of this side inside a session, by re-INVITE or UPDATE (RFC 3261 §14.1, RFC 3311 §5): one at a time, none while an offer of the
/// peer is unanswered, and another attempt after a wait if the two crossed (491). Pure: no clock, no socket, no random numbers.
/// </summary>
internal static class OfferMachine
{
    /// <summary>How often the peer may answer 491 before the application is told.</summary>
    public const int MostMeetings = 8;

    private const int StepMilliseconds = 10;
    private const int OwnerLeast = 2100;
    private const int OwnerMost = 4000;
    private const int OtherMost = 2000;

    /// <summary>The number of different waiting times, see <see cref="RestAfterMeeting"/>.</summary>
    public static int Choices(bool ownsCallId) => ownsCallId ? ((OwnerMost - OwnerLeast) / StepMilliseconds) + 1 : (OtherMost / StepMilliseconds) + 1;

    /// <summary>
    /// How long to wait before the next try: 2.1 to 4.0 s for the side that chose the Call-ID, 0 to 2.0 s for the other, in steps of 10 ms.
    /// </summary>
    /// <param name="ownsCallId">Whether this side chose the Call-ID, that is, was the caller.</param>
    /// <param name="choice">A random number of the owner: 0 to one less than <see cref="Choices"/>.</param>
    public static TimeSpan RestAfterMeeting(bool ownsCallId, int choice) =>
        TimeSpan.FromMilliseconds((ownsCallId ? OwnerLeast : 0) + (choice * StepMilliseconds));

    /// <summary>One step.</summary>
    /// <param name="state">The state.</param>
    /// <param name="input">What happened.</param>
    /// <param name="peerIsBusy">Whether an offer of the peer is open, or its INVITE without its ACK.</param>
    /// <param name="effect">The one thing to do, if anything.</param>
    public static OfferState Step(OfferState state, OfferInput input, bool peerIsBusy, out OfferEffect effect)
    {
        effect = OfferEffect.None;
        switch (state.Phase, input)
        {
            case (OfferPhase.None, OfferInput.Wanted):
            case (OfferPhase.Waiting, OfferInput.PeerDone):
            case (OfferPhase.Resting, OfferInput.RestOver):
                effect = peerIsBusy ? OfferEffect.None : OfferEffect.Send;
                return state with { Phase = peerIsBusy ? OfferPhase.Waiting : OfferPhase.Open };
            case (OfferPhase.Open, OfferInput.Met) when state.Meetings < MostMeetings:
                effect = OfferEffect.Rest;
                return new OfferState(OfferPhase.Resting, state.Meetings + 1);
            case (OfferPhase.Open, OfferInput.Met or OfferInput.Settled):
                effect = OfferEffect.Publish;
                return default;
            default:
                return state;
        }
    }
}

/// <summary>Where an offer of ours stands.</summary>
internal enum OfferPhase
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It waits for the end of an offer of the peer.</summary>
    Waiting,

    /// <summary>It was sent and has no answer yet.</summary>
    Open,

    /// <summary>It crossed an offer of the peer and is sent again later (RFC 3261 §14.1).</summary>
    Resting,
}

/// <summary>The whole state.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Meetings">How often it was answered with 491.</param>
internal readonly record struct OfferState(OfferPhase Phase, int Meetings = 0);

/// <summary>What can happen to an offer of ours.</summary>
internal enum OfferInput
{
    /// <summary>The application makes one.</summary>
    Wanted,

    /// <summary>The last offer of the peer was answered, or its INVITE acknowledged.</summary>
    PeerDone,

    /// <summary>491: it crossed an offer of the peer.</summary>
    Met,

    /// <summary>Any other final response, or none.</summary>
    Settled,

    /// <summary>The wait after a 491 is over.</summary>
    RestOver,
}

/// <summary>What the owner has to do.</summary>
internal enum OfferEffect
{
    None,

    /// <summary>Send it.</summary>
    Send,

    /// <summary>Wait for a random time of <see cref="OfferMachine.RestAfterMeeting"/>.</summary>
    Rest,

    /// <summary>Give the application the response.</summary>
    Publish,
}
