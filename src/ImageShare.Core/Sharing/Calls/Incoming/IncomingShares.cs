using System.Net;
using System.Threading.Channels;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;

namespace ImageShare.Core.Sharing.Calls.Incoming;

/// <summary>
/// Handles requests from peers: answers capability queries and turns acceptable invitations into <see cref="OfferedImage"/>s. Runs on the
/// user agent's loop.
/// </summary>
internal sealed class IncomingShares : ISipRequestHandler
{
    /// <summary>The methods this side accepts. The agent adds those it handles itself and writes Allow.</summary>
    public static readonly SipMethod[] AllowedMethods = [SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options];

    private readonly UnreadInvitations _invitations;
    private readonly Channel<ShareSession> _serving;

    // The timeout for resolving the addresses of an offer.
    private static readonly TimeSpan LookUpTime = TimeSpan.FromSeconds(5);

    private readonly Lock _admitting = new();
    private readonly Func<string, RunningShares> _running;
    private readonly Action<ShareSession, string> _began;
    private ShareContext? _context;

    /// <param name="limits">The limits for waiting and running shares.</param>
    /// <param name="running">Counts the running shares, in total and of one peer.</param>
    /// <param name="began">Called first for each incoming share, with its peer.</param>
    public IncomingShares(ImageShareLimits limits, Func<string, RunningShares> running, Action<ShareSession, string> began)
    {
        _invitations = new UnreadInvitations(limits);
        _serving = Channel.CreateBounded<ShareSession>(new BoundedChannelOptions(limits.MaxConcurrentShares) { FullMode = BoundedChannelFullMode.DropOldest });
        _running = running;
        _began = began;
    }

    public IAsyncEnumerable<OfferedImage> Invitations => _invitations.ReadAllAsync();

    /// <summary>The shares of images that peers fetch; the oldest are dropped if no one reads.</summary>
    public ChannelReader<ShareSession> Serving => _serving.Reader;

    /// <summary>Sets the context, which exists only once the agent does. Until then every request is answered with 480.</summary>
    public void Attach(ShareContext context) => Volatile.Write(ref _context, context);

    /// <summary>Ends the invitations: readers complete.</summary>
    public void Close()
    {
        _invitations.Close();
        _serving.Writer.TryComplete();
    }

    public void OnRequest(IncomingRequest request)
    {
        if (_context is not { } context)
        {
            request.Respond(480);
            return;
        }

        // The answer is the one an INVITE would get now (RFC 3261 §11.2).
        context.Known.LearnFrom(request.Request, context.TrustedHops.IdentitiesIn(request.Request, request.Source));
        if (!CallerPreferences.Allow(request.Request.Headers, new FeatureTags(ServiceTags.Contact(context.Profile))))
        {
            request.Respond(480);
            return;
        }

        if (_running(PeerName.Of(request.Request, request.Source, context.TrustedHops)).RoomIn(context.Limits) <= 0)
        {
            request.Respond(486);
            return;
        }

        request.Respond(AnswerQuery(context, request));
    }

    public void OnInvite(IncomingInvite invite)
    {
        if (_context is not { } context)
        {
            invite.Reject(480);
            return;
        }

        context.Known.LearnFrom(invite.Request, context.TrustedHops.IdentitiesIn(invite.Request, invite.Source));
        if (!CallerPreferences.Allow(invite.Request.Headers, new FeatureTags(ServiceTags.Contact(context.Profile))))
        {
            Refuse(context, invite, 480, "No Such Features");
            return;
        }

        InvitationBodyReading body = InvitationBody.Read(invite.Request);
        if (body.Offer is null)
        {
            Refuse(context, invite, body.Status, body.Reason);
            return;
        }

        (IReadOnlyList<ReceivedOffer> offers, int status, string reason) = ReceivedOffer.ReadAll(
            body.Offer, context.Limits, context.Terms, context.Limits.MaxImagesPerInvitation, context.Catalogue is not null);
        if (offers.Count == 0)
        {
            Refuse(context, invite, status, reason);
            return;
        }

        AdmittedOffer[] readable =
        [
            .. offers.Select(static offer => PeerPath.TryParse(offer.Path, out MsrpPath? path) ? new AdmittedOffer(offer, path) : null).OfType<AdmittedOffer>(),
        ];
        if (readable.Length == 0)
        {
            // Do not bother the user with an image that cannot be transferred.
            Refuse(context, invite, 488, "Unreadable MSRP Path");
            return;
        }

        if (context.UsesCema)
        {
            _ = AdmitWithCemaAsync(context, invite, readable, body);
        }
        else
        {
            Admit(context, invite, readable, body);
        }
    }

    // Completes synchronously unless host names have to be resolved first.
    private async Task AdmitWithCemaAsync(ShareContext context, IncomingInvite invite, AdmittedOffer[] offers, InvitationBodyReading body)
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

        if (admitted.Count == 0)
        {
            Refuse(context, invite, 488, "Media Address Not In MSRP Path");
            return;
        }

        lock (_admitting)
        {
            Admit(context, invite, admitted, body);
        }
    }

    private void Admit(ShareContext context, IncomingInvite invite, IReadOnlyList<AdmittedOffer> offers, InvitationBodyReading body)
    {
        string peer = PeerName.Of(invite.Request, invite.Source, context.TrustedHops);
        int room = _running(peer).RoomIn(context.Limits);
        if (room <= 0)
        {
            Refuse(context, invite, 486, "Busy Here");
            return;
        }

        CancellationToken? call = context.VoiceCall is { } find ? find(context.TrustedHops.IdentitiesIn(invite.Request, invite.Source)) : CancellationToken.None;
        if (call is not { } callEnded || callEnded.IsCancellationRequested)
        {
            Refuse(context, invite, 606, "No Voice Call With This Caller");
            return;
        }

        // Images for which there is no room are refused in the answer, like all that are not accepted.
        Begin(context, new FirstInvite(invite), peer, [.. offers.Take(room)], body, callEnded);
    }

    private void Begin(
        ShareContext context, IShareCall invite, string peer, IReadOnlyList<AdmittedOffer> offers, InvitationBodyReading body, CancellationToken callEnded)
    {
        var call = new IncomingCall(context, invite, body.Offer!, body.Octets)
        {
            BeginNext = (next, nextOffer, nextBody) => Begin(
                context, next, peer, [offers[0] with { Offer = nextOffer }], nextBody, callEnded),
        };
        (CalledShare Share, ReceivedOffer Offer)[] shares = [.. offers.Select(offer => (call.Add(offer.Offer, offer.AnswersWithCema), offer.Offer))];
        OfferedImage[] invitations = [.. shares.Where(static s => s.Share.Media is ReceivingMedia).Select(s => Describe(context, s.Share, s.Offer, body, invite.Request))];
        foreach (OfferedImage invitation in invitations)
        {
            invitation.SameSession = invitations;
            context.Log.InvitationSensitive(invitation.Share.Session.Id, call.Caller.Uri.ToString(), invitation.Image.Name);
        }

        // All images have joined and are registered before the first of them starts.
        foreach ((CalledShare share, _) in shares)
        {
            _began(share.Session, peer);
        }

        foreach ((CalledShare share, _) in shares)
        {
            share.Session.Start(share, new ShareInput.StartIncoming());
            share.Session.EndWith(callEnded);
        }

        foreach ((CalledShare share, ReceivedOffer offer) in shares)
        {
            if (share.Media is SendingMedia sending)
            {
                Serve(context, share, sending, offer);
            }
        }

        foreach (OfferedImage invitation in invitations)
        {
            if (!_invitations.TryAdd(invitation, peer))
            {
                invitation.Share.Decline(486);
            }
        }
    }

    private static OfferedImage Describe(ShareContext context, CalledShare share, ReceivedOffer offer, InvitationBodyReading body, SipRequest request)
    {
        (ImageIcon? icon, string? iconFault) = body.FindIcon(offer.Media, context.Limits.MaxIconSize);
        string[] warnings = [.. request.Warnings.Select(w => w.Code.ToString()), .. body.Warnings, .. iconFault is null ? (string[])[] : [iconFault]];
        return new OfferedImage(context, share, (ReceivingMedia)share.Media, offer, icon, warnings);
    }

    private void Serve(ShareContext context, CalledShare share, SendingMedia media, ReceivedOffer offer)
    {
        context.Log.RequestSensitive(share.Session.Id, share.Call.Caller.Uri.ToString(), offer.Selector.Name);
        var requested = new RequestedImage(context, share, media, offer, served => _serving.Writer.TryWrite(served));
        _ = share.Session.Begin(() => requested.DecideAsync(context.Catalogue!));
    }

    private static void Refuse(ShareContext context, IncomingInvite invite, int status, string reason)
    {
        context.Log.InvitationRefused(invite.Request.Headers.CallId ?? string.Empty, status, reason);
        invite.Reject(status, reason, response =>
        {
            if (status is 415)
            {
                response.Headers.Add("Accept", InvitationBody.Accepted);
                response.Headers.Add("Accept-Encoding", InvitationBody.AcceptedEncoding);
                response.Headers.Add("Accept-Language", InvitationBody.AcceptedLanguage);
            }
        });
    }

    private static SipResponse AnswerQuery(ShareContext context, IncomingRequest request)
    {
        SipResponse response = request.CreateResponse(200);
        response.Headers.Add("Contact", new NameAddress(null, request.GetContactUri(), ServiceTags.Contact(context.Profile)));
        response.Headers.Add("Accept", InvitationBody.Accepted);
        response.Headers.Add("Accept-Encoding", "identity");
        response.Headers.Add("Accept-Language", "en");

        // A missing Accept means application/sdp (RFC 3261 §20.1).
        IReadOnlyList<Text.MediaType> accept = request.Request.Headers.Accept;
        if (!request.Request.Headers.Contains("Accept") || accept.Any(t => t.IsSdp || t.Is("application", "*") || t.Is("*", "*")))
        {
            IPAddress address = context.AddressFor(request.Source);
            response.Headers.Add("Content-Type", "application/sdp");
            response.Body = CapabilityOffer.Write(Origin.Create(address), new ConnectionData(address), context.AcceptedTypes, context.Limits.MaxImageSize, context.Terms.Security, context.Catalogue is not null).ToArray();
        }

        return response;
    }

    /// <summary>An image the user may be asked about.</summary>
    /// <param name="Offer">The offer.</param>
    /// <param name="Path">The sender's MSRP path.</param>
    /// <param name="AnswersWithCema">Whether the answer uses CEMA (RFC 6714 §4.3).</param>
    private sealed record AdmittedOffer(ReceivedOffer Offer, MsrpPath Path, bool AnswersWithCema = false);
}
