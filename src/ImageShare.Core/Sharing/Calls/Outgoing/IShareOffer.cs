using ImageShare.Core.Bodies;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>Writes the offer of a calling share and interprets the answer; differs between sending and fetching.</summary>
internal interface IShareOffer
{
    /// <summary>Whether the offer contains an icon, which peers without multipart support cannot read. It can be omitted.</summary>
    bool HasIcon { get; }

    /// <summary>Why the peer cannot be invited, given its capabilities, or null if it can.</summary>
    ShareOutcome? Obstacle(ImageShareCapabilities capabilities);

    /// <summary>Secures what the offer will promise. Called once, before the offer is written.</summary>
    /// <exception cref="ImageShareException">The image cannot be offered or requested.</exception>
    ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Writes the offer: a session description with one media section, and the icon it refers to.</summary>
    /// <param name="own">The address of this side as told the peer.</param>
    /// <param name="end">This side's end of the media.</param>
    /// <param name="withIcon">Whether to include the icon.</param>
    (SessionDescription Offer, OfferIcon? Icon) Write(ConnectionData own, MediaEnd end, bool withIcon);

    /// <summary>Switches to the whole image after the peer refused the rest; false if the whole image was already offered.</summary>
    ValueTask<bool> TryOfferWholeAsync();

    /// <summary>The outcome for a refusal of the offer.</summary>
    ShareOutcome Refused(SipResponse response);

    /// <summary>Reads the answer. Exactly one of the two results is null.</summary>
    ValueTask<(ReceivedAnswer? Answer, ShareOutcome? Problem)> TakeAsync(SessionDescription offer, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken);
}
