using System.Threading.Channels;
using ImageShare.Core.Diagnostics;
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
/// <param name="limits">The limits for waiting and running shares.</param>
/// <param name="running">The running shares of the client.</param>
internal sealed class IncomingShares(ImageShareLimits limits, RunningShares running) : ISipRequestHandler
{
    /// <summary>The methods this side accepts. The agent adds those it handles itself and writes Allow.</summary>
    public static readonly SipMethod[] AllowedMethods = [SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options];

    private readonly UnreadInvitations _invitations = new(limits);
    private readonly Channel<ShareSession> _serving =
        Channel.CreateBounded<ShareSession>(new BoundedChannelOptions(limits.MaxConcurrentShares) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Lock _admitting = new();
    private ShareContext? _context;

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
        if (!CallerPreferences.Allow(request.Request.Headers, new FeatureTags(context.Tags.Contact)))
        {
            request.Respond(480);
        }
        else if (running.RoomFor(PeerName.Of(request.Request, request.Source, context.TrustedHops)) <= 0)
        {
            request.Respond(486);
        }
        else
        {
            request.Respond(CapabilityAnswer.To(request, context));
        }
    }

    public void OnInvite(IncomingInvite invite)
    {
        if (_context is not { } context)
        {
            invite.Reject(480);
            return;
        }

        context.Known.LearnFrom(invite.Request, context.TrustedHops.IdentitiesIn(invite.Request, invite.Source));
        if (!CallerPreferences.Allow(invite.Request.Headers, new FeatureTags(context.Tags.Contact)))
        {
            Refuse(context, invite, 480, "No Such Features");
            return;
        }

        InvitationBodyReading body = InvitationBody.Read(invite.Request);
        (AdmittedOffer[] offers, int status, string reason) = AdmittedOffer.ReadAll(body, context);
        if (offers.Length == 0)
        {
            Refuse(context, invite, status, reason);
        }
        else if (context.UsesCema)
        {
            _ = AdmitWithCemaAsync(context, invite, offers, body);
        }
        else
        {
            Admit(context, invite, offers, body);
        }
    }

    private async Task AdmitWithCemaAsync(ShareContext context, IncomingInvite invite, AdmittedOffer[] offers, InvitationBodyReading body)
    {
        IReadOnlyList<AdmittedOffer> admitted = await AdmittedOffer.WithCemaAsync(offers, context).ConfigureAwait(false);
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
        int room = running.RoomFor(peer);
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
        Begin(context, new Invitation(new FirstInvite(invite), body, peer, callEnded), [.. offers.Take(room)]);
    }

    private void Begin(ShareContext context, Invitation invitation, IReadOnlyList<AdmittedOffer> offers)
    {
        var call = new IncomingCall(context, invitation.Request, invitation.Body.Offer!, invitation.Body.Bytes)
        {
            BeginNext = (next, offer, body) => Begin(context, invitation with { Request = next, Body = body }, [offers[0] with { Offer = offer }]),
        };
        CalledShare[] shares = [.. offers.Select(offer => call.Add(offer.Offer, offer.AnswersWithCema))];
        OfferedImage[] images = [.. shares.Where(static share => share.Media is ReceivingMedia).Select(share => Describe(context, share, invitation))];
        foreach (OfferedImage image in images)
        {
            image.SameSession = images;
            context.Log.InvitationSensitive(image.Share.Session.Id, call.Caller.Uri.ToString(), image.Image.Name);
        }

        Start(shares, invitation);
        foreach (CalledShare share in shares)
        {
            if (share.Media is SendingMedia sending)
            {
                Serve(context, share, sending);
            }
        }

        foreach (OfferedImage image in images)
        {
            if (!_invitations.TryAdd(image, invitation.Peer))
            {
                image.Share.Decline(486);
            }
        }
    }

    // All images have joined and are registered before the first of them starts.
    private void Start(CalledShare[] shares, Invitation invitation)
    {
        foreach (CalledShare share in shares)
        {
            running.Add(share.Session, invitation.Peer, share.Call);
        }

        foreach (CalledShare share in shares)
        {
            // Nobody has it yet, so there are no handlers that could keep this loop.
            share.Session.Start(share, new ShareInput.StartIncoming(), inPlace: true);
            EndWith(share.Session, invitation.CallEnded);
        }
    }

    // Cancels the running share when the token is cancelled.
    private static void EndWith(ShareSession share, CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            CancellationTokenRegistration registration = token.UnsafeRegister(static share => ((ShareSession)share!).Post(new ShareInput.CancelRequested()), share);
            _ = share.Completion.ContinueWith(
                (_, ended) => ((CancellationTokenRegistration)ended!).Dispose(), registration, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static OfferedImage Describe(ShareContext context, CalledShare share, Invitation invitation)
    {
        (ImageIcon? icon, string? iconFault) = invitation.Body.FindIcon(share.Offer.Media, context.Limits.MaxIconSize);
        string[] warnings =
            [.. invitation.Request.Request.Warnings.Select(w => w.Code.ToString()), .. invitation.Body.Warnings, .. iconFault is null ? (string[])[] : [iconFault]];
        return new OfferedImage(context, share, (ReceivingMedia)share.Media, icon, warnings);
    }

    private void Serve(ShareContext context, CalledShare share, SendingMedia media)
    {
        context.Log.RequestSensitive(share.Session.Id, share.Call.Caller.Uri.ToString(), share.Offer.Selector.Name);
        var requested = new RequestedImage(context, share, media, share.Offer, served => _serving.Writer.TryWrite(served));
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

    /// <summary>An invitation that is let in.</summary>
    /// <param name="Request">The request to answer.</param>
    /// <param name="Body">Its body, with the offer.</param>
    /// <param name="Peer">The peer it counts for.</param>
    /// <param name="CallEnded">Cancelled when the voice call it belongs to has ended.</param>
    private sealed record Invitation(IShareCall Request, InvitationBodyReading Body, string Peer, CancellationToken CallEnded);
}
