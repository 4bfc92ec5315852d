using System.Net;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The side that receives the image: performs what the machine wants, and reports what comes of it.</summary>
internal sealed class IncomingShare : IShareRole
{
    // What _decision holds beside the receiver of an accepted image. One field, so that of all that can happen first, one does.
    private static readonly object Declined = new();
    private static readonly object Over = new();

    private readonly ShareContext _context;
    private readonly IShareCall _call;
    private readonly ReceivedOffer _offer;
    private readonly CancellationTokenSource _withdrawn = new();
    private readonly MsrpPath _peerPath;
    private object? _decision;
    private MsrpSession? _msrp;
    private ImageAnswer? _answer;
    private InviteDialog? _dialog;
    private volatile bool _isReplaced;

    public IncomingShare(ShareContext context, ImageShareSession session, IShareCall call, ReceivedOffer offer, MsrpPath peerPath, ImageIcon? icon, IReadOnlyList<string> warnings)
    {
        _context = context;
        _call = call;
        _offer = offer;
        _peerPath = peerPath;
        Session = session;
        Icon = icon;
        Warnings = warnings;
        Image = Describe(offer.Media) with { ResumesAt = offer.FirstOctet };
        IReadOnlyList<NameAddress> identities = context.TrustedHops.IdentitiesIn(call.Request, call.Source);
        NameAddress? asserted = identities is [var first, ..] ? first : null;
        AssertedIdentities = [.. identities.Select(static identity => identity.Uri)];
        IsCallerAsserted = asserted is not null;
        Caller = asserted ?? call.Request.Headers.From!;
    }

    public ImageShareSession Session { get; }

    public NameAddress Caller { get; }

    public bool IsCallerAsserted { get; }

    public IReadOnlyList<SipUri> AssertedIdentities { get; }

    public InvitedImage Image { get; }

    public ImageIcon? Icon { get; }

    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The offer as it came, without what came around it: what a refresh of the caller's repeats.</summary>
    public required ReadOnlyMemory<byte> OfferOctets { get; init; }

    /// <summary>Begins the share of another transfer that takes the place of this one in its session.</summary>
    public required Action<IShareCall, ReceivedOffer, MsrpPath, InvitationBodyReading> BeginNext { get; init; }

    /// <summary>Whether the answer reckons with a middlebox (RFC 6714 §4.3).</summary>
    public bool AnswersWithCema { get; init; }

    public CancellationToken Withdrawn => _withdrawn.Token;

    public bool WasDeclined => Volatile.Read(ref _decision) == Declined;

    private ImageReceiver? Receiver => Volatile.Read(ref _decision) as ImageReceiver;

    public async Task<ImageShareSession> AcceptAsync(IImageStore store, AcceptSettings settings, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _decision) is not null)
        {
            throw OverAlready();
        }

        var image = new IncomingImage
        {
            SuggestedName = Image.Name,
            Type = Image.Type,
            Size = Image.Size,
            Hashes = [.. _offer.Selector.Hashes.Where(h => h.KnownName is not null).Select(h => new ImageHash(h.KnownName!, h.Value))],
            MaxSize = _context.Limits.MaxImageSize,
            FirstOctet = _offer.FirstOctet,
        };
        IImageSink sink = await CreateSinkAsync(store, image, cancellationToken).ConfigureAwait(false);
        var receiver = new ImageReceiver(
            Session, sink, Image.Size, _context.Limits.MaxImageSize, new ThrottledProgress(Session, settings.Progress, Image.Size), image.FirstOctet)
        {
            OfferedType = Image.Type,
        };
        if (Interlocked.CompareExchange(ref _decision, receiver, null) is not null)
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
            throw OverAlready();
        }

        Session.Post(new ShareInput.UserAccepted());
        return Session;
    }

    // The rest of an image that is not here is refused at once: the sender then knows to offer the whole (RFC 5547 §8.3.1).
    private async ValueTask<IImageSink> CreateSinkAsync(IImageStore store, IncomingImage image, CancellationToken cancellationToken)
    {
        try
        {
            return image.FirstOctet == 0 || store.CanResume(image)
                ? await store.CreateAsync(image, cancellationToken).ConfigureAwait(false)
                : throw new ImageShareException(
                    ImageShareError.NothingToResume, "The peer offered the rest of an image whose beginning is not in this store; it was told so and may offer the whole image.");
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.NothingToResume)
        {
            Decline(488);
            throw;
        }
    }

    public void Decline(int status = 603)
    {
        if (Interlocked.CompareExchange(ref _decision, Declined, null) is null)
        {
            Session.Post(new ShareInput.UserDeclined(status));
        }
    }

    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Ring:
                _call.Ring();
                _ = Session.Begin(WatchInviteAsync);
                break;
            case ShareEffect.Answer:
                await _call.Cleared.ConfigureAwait(false);
                Answer();
                break;
            case ShareEffect.Reject reject:
                _call.Reject(reject.SipStatus);
                break;
            case ShareEffect.ConnectMedia when _msrp is not null:
                _ = Session.Begin(() => ConnectAsync(_msrp));
                break;
            case ShareEffect.AbortTransfer:
                Receiver?.Abandon();
                break;
            case ShareEffect.Bye bye:
                _ = Session.Begin(() => ByeAsync(bye.HasFailed));
                break;
            case ShareEffect.CloseMedia when _msrp is not null:
                await _msrp.CloseAsync().ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    // A cancel or a BYE may come while the store finishes: what is stored whole and checked is a completed share, or the file would be nobody's.
    public ImageShareResult Describe(ImageShareResult result) => Receiver?.Stored is { } stored
        ? new ImageShareResult
        {
            State = ImageShareState.Completed,
            BytesTransferred = stored.Size,
            IsVerified = stored.HashVerified,
            Sha1 = Convert.ToHexString(stored.Sha1.AsSpan()),
            Stored = stored,
            Warnings = ImageTypes.Compare(Image.Type, stored.DetectedType) is { } warning ? [warning] : [],
        }
        : result;

    public async ValueTask DisposeAsync()
    {
        object? decision = Interlocked.CompareExchange(ref _decision, Over, null);
        if (decision is null)
        {
            Session.Raise(_withdrawn.Cancel);
        }

        // Whatever led here, no caller is left ringing and no session standing; both do nothing when that is done already.
        // A session that goes on with another share is that one's.
        if (_dialog is null)
        {
            _call.Reject(480);
        }
        else if (!_isReplaced && !_dialog.Ended.IsCompleted)
        {
            _ = _dialog.ByeAsync();
        }

        if (_msrp is not null)
        {
            await _msrp.DisposeAsync().ConfigureAwait(false);
        }

        if (decision is ImageReceiver receiver)
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static InvitedImage Describe(MediaDescription media) => new()
    {
        Name = media.FileSelector?.Name,
        Type = media.FileSelector?.Type,
        Size = media.FileSelector?.Size,
        Sha1 = media.FileSelector?.Sha1 is { } sha1 ? Convert.ToHexString(sha1.Value.AsSpan()) : null,
        Created = media.FileDate?.Created,
        Modified = media.FileDate?.Modified,
        ShowAtOnce = media.FileDisposition?.MayDisplay ?? true,
    };

    private static ImageShareException OverAlready() => new(
        ImageShareError.InvalidState, "The invitation was decided already, or the caller took it back; wait for the next one.");

    private void Answer()
    {
        IPAddress address = _context.AddressFor(_call.Source);
        _msrp = _context.Msrp.CreateSession(new MsrpSessionOptions
        {
            AdvertisedAddress = address,
            IsSecure = _offer.Media.IsMsrpOverTls,
            DialPolicy = remote => MediaDialPolicy.Allows(_call.Source.Remote.Address, remote),
            Receiver = Receiver,
            ExpectsMessage = true,
        });
        _answer = new ImageAnswer
        {
            Offer = _offer,
            Origin = Origin.Create(address),
            MsrpAddress = new IPEndPoint(address, _msrp.LocalUri.Port!.Value),
            Fingerprints = _offer.Media.IsMsrpOverTls ? _context.Fingerprints : [],
            HasCema = AnswersWithCema,
            Path = _msrp.LocalUri.ToString(),
            AcceptedTypes = AnsweredTypes(),
            MaxSize = _context.Limits.MaxImageSize,
        };
        if (AnswersWithCema && _answer.IsActive && _offer.Media.Port != 9 && _offer.Description.GetConnection(_offer.Media) is { } middlebox)
        {
            _msrp.SetPeerAddress(middlebox.Address, _offer.Media.Port);
        }

        SessionDescription description = _call.Before is { } before ? OfferRevision.After(before, _answer.Write()) : _answer.Write();
        byte[] answer = description.ToArray();
        Task<InviteDialog> accepting = _call.AcceptAsync(answer, ServiceTags.Contact(_context.Profile));
        InviteDialog dialog = _dialog = _call.Dialog!;
        dialog.Describe(answer, OfferOctets);
        var running = new RunningDescription(description, _offer.Section, _offer.Selector, _offer.Media.FileTransferId);
        SessionOffers.Take(_context, Session, dialog, running, (request, body, local) => TryReplace(dialog, request, body, local));
        _ = Session.Begin(() => WatchDialogAsync(accepting, dialog));
    }

    // Another transfer in the place of this one: this one ends first, its session goes on. Called on the agent's loop.
    private bool TryReplace(InviteDialog dialog, IncomingRequest request, InvitationBodyReading body, SessionDescription local)
    {
        (ReceivedOffer? offer, _, _) = ReceivedOffer.Read(body.Offer!, _context.Limits);
        if (offer is null || offer.Section != _offer.Section || !PeerPath.TryParse(offer.Path, out MsrpPath? path))
        {
            return false;
        }

        _isReplaced = true;
        Session.Post(new ShareInput.Replaced());
        BeginNext(new NextInvite(request, body.Offer!, local, dialog, Session.Completion), offer, path, body);
        return true;
    }

    // The offered type is listed even when the application did not name it: it was shown in the invitation, and accepted.
    private IReadOnlyList<MediaType> AnsweredTypes() =>
        Image.Type is { } type && !_context.AcceptedTypes.Any(t => t.IsSameTypeAs(type)) ? [.. _context.AcceptedTypes, type] : _context.AcceptedTypes;

    private async Task ConnectAsync(MsrpSession msrp)
    {
        try
        {
            msrp.SetPeerPath(_peerPath, PeerPath.Recognize(_offer.Fingerprints));
            _ = Session.Begin(() => WatchMediaAsync(msrp));
            await msrp.ConnectAsync(_answer!.IsActive, CancellationToken.None).ConfigureAwait(false);
            Session.Post(new ShareInput.MediaConnected());
        }
        catch (ImageShareException e)
        {
            Session.Post(new ShareInput.MediaFailed(ShareOutcome.FromMedia(e)));
        }
    }

    private async Task WatchInviteAsync()
    {
        var withdrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = _call.Cancelled.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), withdrawn);
        await Task.WhenAny(withdrawn.Task, Session.Completion).ConfigureAwait(false);
        await registration.DisposeAsync().ConfigureAwait(false);
        Session.Post(new ShareInput.InvitationWithdrawn());
    }

    private async Task WatchDialogAsync(Task<InviteDialog> accepting, InviteDialog dialog)
    {
        DialogEnd end = await dialog.Ended.ConfigureAwait(false);
        if (end.Reason == DialogEndReason.Failed && accepting.Exception?.InnerException is ImageShareException e)
        {
            // It never came to a session; why not is said there. A CANCEL that crossed our answer is the common reason.
            Session.Post(new ShareInput.DialogFailed(e.Error == ImageShareError.Cancelled ? ShareOutcome.Withdrawn : ShareOutcome.From(e)));
        }
        else if (DialogOutcome.Of(end) is { } input)
        {
            Session.Post(input);
        }
    }

    private async Task WatchMediaAsync(MsrpSession msrp)
    {
        MsrpSessionEnd end = await msrp.Ended.ConfigureAwait(false);
        Session.Post(new ShareInput.MediaFailed(MsrpOutcome.OfEnd(end)));
    }

    private async Task ByeAsync(bool hasFailed)
    {
        if (_dialog is not null)
        {
            await DialogOutcome.EndAsync(_dialog, _context, hasFailed).ConfigureAwait(false);
        }

        Session.Post(new ShareInput.Ended());
    }
}
