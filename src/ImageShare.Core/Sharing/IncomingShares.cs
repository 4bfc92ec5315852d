using System.Net;
using System.Threading.Channels;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.UserAgents;

namespace ImageShare.Core.Sharing;

/// <summary>
/// What peers begin: answers capability queries, and turns invitations that can be taken into <see cref="ImageShareInvitation"/>s. Called on
/// the user agent's loop.
/// </summary>
internal sealed class IncomingShares : ISipRequestHandler
{
    /// <summary>The methods this side takes; the agent adds those it handles by itself and writes Allow.</summary>
    public static readonly SipMethod[] AllowedMethods = [SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options];

    private readonly Channel<ImageShareInvitation> _invitations;
    // How long the addresses of an offer may take to be looked up.
    private static readonly TimeSpan LookUpTime = TimeSpan.FromSeconds(5);

    private readonly Lock _admitting = new();
    private readonly Func<int> _running;
    private readonly Action<ImageShareSession> _began;
    private ShareContext? _context;

    /// <param name="limits">How many may wait, and how many may run.</param>
    /// <param name="running">How many shares run now.</param>
    /// <param name="began">Told of each incoming share before anybody else.</param>
    public IncomingShares(ImageShareLimits limits, Func<int> running, Action<ImageShareSession> began)
    {
        _invitations = Channel.CreateBounded<ImageShareInvitation>(new BoundedChannelOptions(limits.MaxPendingInvitations));
        _running = running;
        _began = began;
    }

    public ChannelReader<ImageShareInvitation> Invitations => _invitations.Reader;

    /// <summary>Gives what only exists once the agent does. Before that, everything is answered with 480.</summary>
    public void Attach(ShareContext context) => Volatile.Write(ref _context, context);

    /// <summary>No more invitations: readers come to their end.</summary>
    public void Close() => _invitations.Writer.TryComplete();

    public void OnRequest(IncomingRequest request)
    {
        if (_context is not { } context)
        {
            request.Respond(480);
            return;
        }

        // The answer is what an INVITE would get now (RFC 3261 §11.2).
        context.Known.LearnFrom(request.Request, context.TrustedHops.IdentitiesIn(request.Request, request.Source));
        if (!CallerPreferences.Allow(request.Request.Headers, new FeatureTags(ServiceTags.Contact(context.Profile))))
        {
            request.Respond(480);
            return;
        }

        if (_running() >= context.Limits.MaxConcurrentShares)
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

        InvitationBodyReading body = InvitationBody.Read(context.Multipart, invite.Request);
        if (body.Offer is null)
        {
            Refuse(context, invite, body.Status, body.Reason);
            return;
        }

        (ReceivedOffer? offer, int status, string reason) = ReceivedOffer.Read(body.Offer, context.Limits, context.Terms);
        if (offer is null)
        {
            Refuse(context, invite, status, reason);
            return;
        }

        if (!PeerPath.TryParse(offer.Path, out MsrpPath? peerPath))
        {
            // Nobody should be asked about an image that has no way to come.
            Refuse(context, invite, 488, "Unreadable MSRP Path");
            return;
        }

        if (context.UsesCema)
        {
            _ = AdmitWithCemaAsync(context, invite, offer, peerPath, body);
        }
        else
        {
            Admit(context, invite, offer, peerPath, body, CemaReply.Without);
        }
    }

    // Done at once unless the peer names hosts, whose addresses have to be looked up first.
    private async Task AdmitWithCemaAsync(ShareContext context, IncomingInvite invite, ReceivedOffer offer, MsrpPath peerPath, InvitationBodyReading body)
    {
        using var patience = new CancellationTokenSource(LookUpTime, context.TimeProvider);
        bool matches = false;
        try
        {
            matches = await MediaAddress.MatchesPathAsync(context.Network, offer.Description, offer.Media, peerPath, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody knows where that is.
        }

        CemaReply reply = Cema.ToOffer(offer.Media.HasMsrpCema, matches, offer.Setup, hasRelay: context.Relays.Any, peerHasRelay: peerPath.Uris.Length > 1);
        if (reply == CemaReply.Refuse)
        {
            Refuse(context, invite, 488, "Media Address Not In MSRP Path");
            return;
        }

        lock (_admitting)
        {
            Admit(context, invite, offer, peerPath, body, reply);
        }
    }

    private void Admit(ShareContext context, IncomingInvite invite, ReceivedOffer offer, MsrpPath peerPath, InvitationBodyReading body, CemaReply cema)
    {
        if (_running() >= context.Limits.MaxConcurrentShares)
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

        Begin(context, new FirstInvite(invite), offer, peerPath, body, cema, callEnded);
    }

    private void Begin(ShareContext context, IShareCall call, ReceivedOffer offer, MsrpPath peerPath, InvitationBodyReading body, CemaReply cema, CancellationToken callEnded)
    {
        string id = call.Request.Headers.CallId!;
        var session = new ImageShareSession(context, id, isOutgoing: false, offer.Selector.Name, offer.Selector.Size);
        (ImageIcon? icon, string? iconFault) = body.FindIcon(offer.Media, context.Limits.MaxIconSize);
        string[] warnings = [.. call.Request.Warnings.Select(w => w.Code.ToString()), .. body.Warnings, .. iconFault is null ? (string[])[] : [iconFault]];
        var share = new IncomingShare(context, session, call, offer, peerPath, icon, warnings)
        {
            OfferOctets = body.Octets,
            AnswersWithCema = cema == CemaReply.With,
            BeginNext = (next, nextOffer, nextPath, nextBody) => Begin(context, next, nextOffer, nextPath, nextBody, cema, callEnded),
        };
        context.Log.InvitationSensitive(id, share.Caller.Uri.ToString(), share.Image.Name);
        _began(session);
        session.Start(share, new ShareInput.StartIncoming());
        session.EndWith(callEnded);
        var invitation = new ImageShareInvitation(share);
        if (!_invitations.Writer.TryWrite(invitation) && !TryWriteInPlaceOfOthers(invitation))
        {
            share.Decline(486);
        }
    }

    // Invitations that are over before anybody read them must not keep new ones out: a caller could fill the queue with them.
    private bool TryWriteInPlaceOfOthers(ImageShareInvitation invitation)
    {
        List<ImageShareInvitation> waiting = [];
        while (_invitations.Reader.TryRead(out ImageShareInvitation? next))
        {
            if (!next.IsOver)
            {
                waiting.Add(next);
            }
        }

        // Only this loop writes: there is room for all that were read.
        return waiting.Append(invitation).All(_invitations.Writer.TryWrite);
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

        // Without Accept, application/sdp is meant (RFC 3261 §20.1).
        IReadOnlyList<Text.MediaType> accept = request.Request.Headers.Accept;
        if (!request.Request.Headers.Contains("Accept") || accept.Any(t => t.Is("application", "sdp") || t.Is("application", "*") || t.Is("*", "*")))
        {
            IPAddress address = context.AddressFor(request.Source);
            response.Headers.Add("Content-Type", "application/sdp");
            response.Body = CapabilityOffer.Write(Origin.Create(address), new ConnectionData(address), context.AcceptedTypes, context.Limits.MaxImageSize, context.Terms.Security).ToArray();
        }

        return response;
    }
}
