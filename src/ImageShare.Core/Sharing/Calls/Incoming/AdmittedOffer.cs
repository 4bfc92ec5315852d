using ImageShare.Core.Msrp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>An image the user may be asked about: it is offered as this side requires, and its media can be reached.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Path">The sender's MSRP path.</param>
/// <param name="AnswersWithCema">Whether the answer uses CEMA (RFC 6714 §4.3).</param>
internal sealed record AdmittedOffer(ReceivedOffer Offer, MsrpPath Path, bool AnswersWithCema = false)
{
    // The timeout for resolving the addresses of an offer.
    private static readonly TimeSpan LookUpTime = TimeSpan.FromSeconds(5);

    /// <summary>Finds the images in the body of an invitation.</summary>
    /// <returns>The images; if there are none, the status and reason phrase to refuse the invitation with.</returns>
    public static (AdmittedOffer[] Offers, int Status, string Reason) ReadAll(InvitationBodyReading body, ShareContext context)
    {
        if (body.Offer is null)
        {
            return ([], body.Status, body.Reason);
        }

        (IReadOnlyList<ReceivedOffer> offers, int status, string reason) = ReceivedOffer.ReadAll(
            body.Offer, context.Limits, context.Terms, context.Limits.MaxImagesPerInvitation, context.Catalogue is not null);
        if (offers.Count == 0)
        {
            return ([], status, reason);
        }

        // Do not bother the user with an image that cannot be transferred.
        AdmittedOffer[] readable =
        [
            .. offers.Select(static offer => PeerPath.TryParse(offer.Path, out MsrpPath? path) ? new AdmittedOffer(offer, path) : null).OfType<AdmittedOffer>(),
        ];
        return (readable, 488, "Unreadable MSRP Path");
    }

    /// <summary>Leaves out the images whose media address cannot be used with CEMA (RFC 6714 §4.3). Completes synchronously unless host names have to be resolved.</summary>
    public static async Task<IReadOnlyList<AdmittedOffer>> WithCemaAsync(IEnumerable<AdmittedOffer> offers, ShareContext context)
    {
        using var patience = new CancellationTokenSource(LookUpTime, context.TimeProvider);
        List<AdmittedOffer> admitted = [];
        foreach (AdmittedOffer offered in offers)
        {
            ReceivedOffer offer = offered.Offer;
            bool matches = false;
            try
            {
                matches = await MediaAddress.MatchesPathAsync(context.Network, offer.Description, offer.Media, offered.Path, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The name could not be resolved in time.
            }

            CemaReply reply = Cema.ToOffer(offer.Media.HasMsrpCema, matches, offer.Setup, hasRelay: context.Relays.Any, peerHasRelay: offered.Path.Uris.Length > 1);
            if (reply != CemaReply.Refuse)
            {
                admitted.Add(offered with { AnswersWithCema = reply == CemaReply.With });
            }
        }

        return admitted;
    }
}
