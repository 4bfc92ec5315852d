using ImageShare.Core.Sdp.Attributes;

namespace ImageShare.Core.Sharing.Offers;

/// <summary>
/// Which side opens the connection (RFC 6135 §4.2): a side that the peer cannot be expected to reach connects itself, wherever the peer leaves it the
/// choice.
/// </summary>
internal static class SetupChoice
{
    /// <summary>The <c>a=setup</c> of an offer; null for none.</summary>
    /// <param name="form">What the profile writes.</param>
    /// <param name="hasCema">Whether the offer uses CEMA, which requires the attribute (RFC 6714 §4.2).</param>
    /// <param name="isReachable">Whether the peer can be expected to reach this side.</param>
    public static SetupRole? ToOffer(SetupForm form, bool hasCema, bool isReachable) => form switch
    {
        SetupForm.Active => SetupRole.Active,

        // Without the attribute the offerer connects as well (RFC 4975 §8.5).
        SetupForm.None when !hasCema => null,
        _ => isReachable ? SetupRole.ActPass : SetupRole.Active,
    };

    /// <summary>Whether this side, the answerer, opens the connection.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="isReachable">Whether the offerer can be expected to reach this side.</param>
    public static bool AnswersActively(ReceivedOffer offer, bool isReachable) =>
        offer.IsAnsweredActively || (offer.Setup is SetupRole.ActPass && !isReachable);
}
