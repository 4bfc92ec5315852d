using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Sessions;

namespace ImageShare.Core.Sharing.Calls;

/// <summary>
/// Tells the peer of a running share about each new path granted by the relays of this side, in an offer inside the session (RFC 4976 §9.4).
/// Until then the peer uses the previous path, which stays valid until it expires.
/// </summary>
internal sealed class PathRenewal
{
    private readonly Lock _gate = new();
    private readonly ShareContext _context;
    private readonly ShareSession _session;
    private readonly MsrpSession _msrp;
    private readonly SessionOffers _offers;
    private readonly int _section;
    private string _said;
    private bool _isOffering;

    private PathRenewal(ShareContext context, ShareSession session, MsrpSession msrp, SessionOffers offers, int section, string said) =>
        (_context, _session, _msrp, _offers, _section, _said) = (context, session, msrp, offers, section, said);

    /// <summary>Keeps both sides' paths up to date in the session (RFC 4976 §9.4).</summary>
    /// <param name="context">The context of the client's shares.</param>
    /// <param name="session">The share.</param>
    /// <param name="media">The media of the share, with its MSRP session.</param>
    /// <param name="offers">The offers inside its SIP session.</param>
    /// <param name="said">The path the peer knows.</param>
    public static void Follow(ShareContext context, ShareSession session, ShareMedia media, SessionOffers offers, string said)
    {
        MsrpSession msrp = media.Msrp;
        offers.Session.FollowPeerPath(media.Section, path => msrp.TryRenewPeerPath(path));
        if (!context.Relays.Any)
        {
            return;
        }

        var renewal = new PathRenewal(context, session, msrp, offers, media.Section, said);
        msrp.AdvertisedPathChanged += (_, _) => renewal.Begin();

        // The path may have changed while the peer's user was deciding.
        renewal.Begin();
    }

    private void Begin() => _ = _session.Begin(OfferAsync);

    private async Task OfferAsync()
    {
        lock (_gate)
        {
            if (_isOffering)
            {
                // Only one offer at a time: the running one checks for a newer path when it is done.
                return;
            }

            _isOffering = true;
        }

        while (TryTake(out string path))
        {
            if (!await _offers.OfferPathAsync(_section, path).ConfigureAwait(false))
            {
                _context.Log.PathNotRenewed(_session.Id);
            }
        }
    }

    private bool TryTake(out string path)
    {
        lock (_gate)
        {
            path = _msrp.AdvertisedPath.ToString();
            if (path == _said)
            {
                _isOffering = false;
                return false;
            }

            _said = path;
            return true;
        }
    }
}
