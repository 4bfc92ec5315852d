using System.Net;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Descriptions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing;

/// <summary>The side that receives the image: performs what the machine wants, and reports what comes of it.</summary>
internal sealed class IncomingShare : IShareRole
{
    private readonly ShareContext _context;
    private readonly IncomingInvite _invite;
    private readonly ReceivedOffer _offer;
    private readonly CancellationTokenSource _withdrawn = new();
    private int _decided;
    private IImageSink? _sink;
    private ImageReceiver? _receiver;
    private MsrpSession? _msrp;
    private ImageAnswer? _answer;
    private InviteDialog? _dialog;

    public IncomingShare(ShareContext context, ImageShareSession session, IncomingInvite invite, ReceivedOffer offer, ImageIcon? icon, IReadOnlyList<string> warnings)
    {
        _context = context;
        _invite = invite;
        _offer = offer;
        Session = session;
        Icon = icon;
        Warnings = warnings;
        Image = Describe(offer.Media);
        NameAddress? asserted = invite.Request.Headers.AssertedIdentities is [var first, ..] ? first : null;
        IsCallerAsserted = asserted is not null;
        Caller = asserted ?? invite.Request.Headers.From!;
    }

    public ImageShareSession Session { get; }

    public NameAddress Caller { get; }

    public bool IsCallerAsserted { get; }

    public InvitedImage Image { get; }

    public ImageIcon? Icon { get; }

    public IReadOnlyList<string> Warnings { get; }

    public CancellationToken Withdrawn => _withdrawn.Token;

    public bool WasDeclined { get; private set; }

    public async Task<ImageShareSession> AcceptAsync(IImageStore store, AcceptSettings settings, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _decided) != 0)
        {
            throw OverAlready();
        }

        IImageSink sink = await store.CreateAsync(
            new IncomingImage
            {
                SuggestedName = Image.Name,
                Type = Image.Type,
                Size = Image.Size,
                Hashes = [.. _offer.Selector.Hashes.Where(h => h.KnownName is not null).Select(h => new ImageHash(h.KnownName!, h.Value))],
                MaxSize = _context.Limits.MaxImageSize,
            },
            cancellationToken).ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _decided, 1, 0) != 0)
        {
            await sink.DisposeAsync().ConfigureAwait(false);
            throw OverAlready();
        }

        _sink = sink;
        _receiver = new ImageReceiver(Session, sink, Image.Size ?? _context.Limits.MaxImageSize, new ThrottledProgress(Session, settings.Progress, Image.Size));
        Session.Post(new ShareInput.UserAccepted());
        return Session;
    }

    public void Decline(int status = 603)
    {
        if (Interlocked.CompareExchange(ref _decided, 1, 0) == 0)
        {
            WasDeclined = true;
            Session.Post(new ShareInput.UserDeclined(status));
        }
    }

    public async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.Ring:
                _invite.Ring();
                _ = WatchInviteAsync();
                break;
            case ShareEffect.Answer:
                Answer();
                break;
            case ShareEffect.Reject reject:
                _invite.Reject(reject.SipStatus);
                break;
            case ShareEffect.ConnectMedia when _msrp is not null:
                _ = ConnectAsync(_msrp);
                break;
            case ShareEffect.AbortTransfer:
                _receiver?.Abandon();
                break;
            case ShareEffect.Bye:
                _ = ByeAsync();
                break;
            case ShareEffect.CloseMedia when _msrp is not null:
                await _msrp.CloseAsync().ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    public ImageShareResult Describe(ImageShareResult result) => _receiver?.Stored is { } stored
        ? result with
        {
            BytesTransferred = stored.Size,
            IsVerified = stored.HashVerified,
            Sha1 = Convert.ToHexString(stored.Sha1.AsSpan()),
            Stored = stored,
        }
        : result;

    public async ValueTask DisposeAsync()
    {
        bool wasDecided = Interlocked.Exchange(ref _decided, 1) != 0;
        if (!wasDecided)
        {
            await _withdrawn.CancelAsync().ConfigureAwait(false);
        }

        if (_msrp is not null)
        {
            await _msrp.DisposeAsync().ConfigureAwait(false);
        }

        if (_sink is not null)
        {
            await _sink.DisposeAsync().ConfigureAwait(false);
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
        IPAddress address = _context.AddressFor(_invite.Source);
        _msrp = _context.Msrp.CreateSession(new MsrpSessionOptions
        {
            AdvertisedAddress = address,
            Receiver = _receiver,
            MaxMessageSize = Image.Size ?? _context.Limits.MaxImageSize,
        });
        _answer = new ImageAnswer
        {
            Offer = _offer,
            Origin = Origin.Create(address),
            MsrpAddress = new IPEndPoint(address, _context.Msrp.LocalEndPoint.Port),
            Path = _msrp.LocalUri.ToString(),
            AcceptedTypes = AnsweredTypes(),
            MaxSize = _context.Limits.MaxImageSize,
        };
        Task<InviteDialog> accepting = _invite.AcceptAsync(
            _answer.Write().ToArray(), new MediaType("application", "sdp"), ServiceTags.Contact(_context.Profile), CancellationToken.None);
        _dialog = _invite.Dialog;
        _ = WatchAcknowledgementAsync(accepting);
        if (_dialog is not null)
        {
            _ = DialogOutcome.WatchAsync(_dialog, Session);
        }
    }

    // The offered type is listed even when the application did not name it: it was shown in the invitation, and accepted.
    private IReadOnlyList<MediaType> AnsweredTypes() =>
        Image.Type is { } type && !_context.AcceptedTypes.Any(t => t.IsSameTypeAs(type)) ? [.. _context.AcceptedTypes, type] : _context.AcceptedTypes;

    private async Task ConnectAsync(MsrpSession msrp)
    {
        try
        {
            msrp.SetPeerPath(PeerPath.Parse(_offer.Path));
            _ = WatchMediaAsync(msrp);
            await msrp.ConnectAsync(_answer!.IsActive, CancellationToken.None).ConfigureAwait(false);
            Session.Post(new ShareInput.MediaConnected());
        }
        catch (ImageShareException e)
        {
            Session.Post(new ShareInput.MediaFailed(ShareOutcome.From(e)));
        }
    }

    private async Task WatchInviteAsync()
    {
        var withdrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = _invite.Cancelled.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), withdrawn);
        await Task.WhenAny(withdrawn.Task, Session.Completion).ConfigureAwait(false);
        await registration.DisposeAsync().ConfigureAwait(false);
        Session.Post(new ShareInput.InvitationWithdrawn());
    }

    private async Task WatchAcknowledgementAsync(Task<InviteDialog> accepting)
    {
        try
        {
            await accepting.ConfigureAwait(false);
        }
        catch (ImageShareException e)
        {
            Session.Post(e.Error == ImageShareError.NoAnswer ? new ShareInput.AckMissing() : new ShareInput.DialogFailed(ShareOutcome.From(e)));
        }
    }

    private async Task WatchMediaAsync(MsrpSession msrp)
    {
        MsrpSessionEnd end = await msrp.Ended.ConfigureAwait(false);
        Session.Post(new ShareInput.MediaFailed(MsrpOutcome.OfEnd(end)));
    }

    private async Task ByeAsync()
    {
        if (_dialog is not null)
        {
            await DialogOutcome.EndAsync(_dialog, _context).ConfigureAwait(false);
        }

        Session.Post(new ShareInput.Ended());
    }
}
