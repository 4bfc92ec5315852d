using System.Net;
using ImageShare.Core.Bodies;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing.Calls.Outgoing;

/// <summary>What a calling share offers, and what it makes of the answer: this depends on who sends.</summary>
internal interface IShareOffer
{
    /// <summary>Whether the offer comes with something that a peer without multipart cannot read; it can be left away.</summary>
    bool HasIcon { get; }

    /// <summary>What in the peer's capabilities forbids to invite it; null when nothing does.</summary>
    ShareOutcome? Obstacle(ImageShareCapabilities capabilities);

    /// <summary>Makes sure of what the offer will promise. Called once, before it is written.</summary>
    /// <exception cref="ImageShareException">The image cannot be offered, or asked for.</exception>
    ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Writes the offer: a description with the one section, and the icon it refers to.</summary>
    /// <param name="address">This side's address as the peer is to reach it.</param>
    /// <param name="end">This side's end of the media.</param>
    /// <param name="withIcon">Whether with the icon.</param>
    (SessionDescription Offer, OfferIcon? Icon) Write(IPAddress address, MediaEnd end, bool withIcon);

    /// <summary>The peer refused the rest of an image: goes over to the whole one. False when the whole was offered already.</summary>
    ValueTask<bool> TryOfferWholeAsync();

    /// <summary>What a refusal of the offer means.</summary>
    ShareOutcome Refused(SipResponse response);

    /// <summary>Reads the answer; one of the two is null.</summary>
    ValueTask<(ReceivedAnswer? Answer, ShareOutcome? Problem)> TakeAsync(SessionDescription offer, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken);
}
