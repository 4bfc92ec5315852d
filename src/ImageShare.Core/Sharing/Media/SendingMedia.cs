using System.Runtime.CompilerServices;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Sharing.Sessions;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Media;

/// <summary>The media half of the side that sends the image.</summary>
internal sealed class SendingMedia(ShareContext context, ShareSession session, ShareSettings settings) : ShareMedia(context, session)
{
    // RFC 4975 §10.6.
    private const int TypeNotUnderstood = 415;

    private readonly CancellationTokenSource _transfer = new();
    private long? _end;
    private bool _isServed;
    private MediaType? _contentType;
    private ReadOnlyMemory<byte> _head;
    private (SipUri Peer, long? MaxSize)? _wrapping;
    private Task _sending = Task.CompletedTask;
    private volatile bool _hasAllLeft;
    private volatile bool _isTakenBack;

    /// <summary>The image; null as long as it is not known which one.</summary>
    public ServedImage? Served { get; set; }

    /// <summary>How many octets are left out at the beginning, because the peer has them.</summary>
    public long ResumesAt { get; set; } = settings.ResumeAt;

    /// <summary>The octets of the message: those of the image that are sent, and what stands before them.</summary>
    public long MessageLength => _head.Length + Length;

    protected override Task Sending => _sending;

    protected override bool IsTakenBack => _isTakenBack;

    // How many octets are sent: those from the first one to the end of the range.
    private long Length => (_end ?? Image.Size) - ResumesAt;

    private ImageDescription Image => Served!.Description;

    // An answer to who asks for a file leaves its name, size and date to the message (RFC 5547 §8.3.2).
    private bool SaysDisposition => Context.Profile.ContentDisposition || _isServed;

    /// <summary>Says which image is sent to a peer that asked for it, and which bytes of it.</summary>
    public void Take(ServedImage image, FileRange range)
    {
        Served = image;
        _isServed = true;
        ResumesAt = range.Start - 1;
        _end = range.End;
    }

    /// <summary>Says in which type of message the image goes out. The image and the range are known.</summary>
    /// <param name="type">Its own or one that any octets go by, or <see cref="Containers.Cpim"/>; null for its own.</param>
    /// <param name="peer">Whom it is for.</param>
    public void SendAs(MediaType? type, SipUri peer)
    {
        _contentType = type;
        _head = type == Containers.Cpim
            ? ImageWrapper.WriteHead(Image, Context.Identity, peer, Context.TimeProvider.GetUtcNow(), SaysDisposition ? TransferDisposition.Of(Image) : null)
            : default;
    }

    /// <summary>When the peer refuses the type (415), the image is sent once more inside <see cref="Containers.Cpim"/>.</summary>
    /// <param name="peer">Whom it is for.</param>
    /// <param name="maxSize">The largest message the peer takes; null when it did not say.</param>
    public void AllowWrapping(SipUri peer, long? maxSize) => _wrapping = (peer, maxSize);

    // Name, size and date are left to the message that carries the file (RFC 5547 §8.3.2).
    public override ImageAnswer Complete(ImageAnswer answer) => answer with
    {
        Direction = MediaDirection.SendOnly,
        AcceptedTypes = Context.AcceptedTypes,
        MaxSize = null,
        Selector = new FileSelector { Type = Image.Type, Hashes = [.. Served!.Hashes.Select(static h => new FileHash(h.Algorithm, h.Value))] },
    };

    public override FileSelector FileOf(FileSelector offered) => new()
    {
        Name = Image.Name,
        Type = offered.Type ?? Image.Type,
        Size = Image.Size,
        Hashes = [.. Served!.Hashes.Select(static h => new FileHash(h.Algorithm, h.Value))],
    };

    public override async ValueTask StopAsync() => await _transfer.CancelAsync().ConfigureAwait(false);

    public override ImageShareResult Describe(ImageShareResult result) => Served is not { Description: var image } ? result : result with
    {
        BytesTransferred = result.IsCompleted ? ResumesAt + Length : result.BytesTransferred,
        IsVerified = result.IsCompleted,
        Sha1 = image.Sha1,
        PeerMayHaveImage = MayPeerHaveIt(result),
        Message = MayPeerHaveIt(result) ? $"{result.Message} Every octet had left by then: the peer may have the image all the same." : result.Message,
    };

    // Where the peer itself has said that it wants no more, or that something failed, it has not.
    private bool MayPeerHaveIt(ImageShareResult result) =>
        !result.IsCompleted && _hasAllLeft && result.EndedBy is (ImageShareEndedBy.User or ImageShareEndedBy.Network or ImageShareEndedBy.Limit);

    protected override void BeginTransfer() => _sending = Session.Begin(SendAsync);

    protected override async ValueTask AbortAsync(bool isByPeer)
    {
        // The '#' must be on the wire before BYE lets the peer close the connection; a peer that reads no more is not waited for.
        await _transfer.CancelAsync().ConfigureAwait(false);
        await ShareContext.WaitBrieflyAsync(_sending, Context.TimeProvider).ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            MsrpSendEnd end = await SendOnceAsync().ConfigureAwait(false);
            if (end.Result is { Outcome: MsrpSendOutcome.Refused, Status: TypeNotUnderstood } && _contentType != Containers.Cpim && _wrapping is { } wrapping)
            {
                SendAs(Containers.Cpim, wrapping.Peer);
                end = wrapping.MaxSize < MessageLength ? end : await SendOnceAsync().ConfigureAwait(false);
            }

            if (end.IsCancelled)
            {
                // AbortTransfer: the machine knows already.
                _isTakenBack = true;
                return;
            }

            ShareOutcome? failure = await MsrpOutcome.OfSendingAsync(end.Result, Msrp.Ended).ConfigureAwait(false);
            Session.Post(failure is not null ? new ShareInput.ImageFailed(failure) : new ShareInput.ImageDone(ShareOutcome.Completed));
        }
        catch (OperationCanceledException) when (_transfer.IsCancellationRequested)
        {
            // AbortTransfer, before the first octet.
        }
        catch (Exception e)
        {
            // The source is the application's and may throw anything.
            Session.Post(new ShareInput.ImageFailed(OfSource(e)));
        }
    }

    private async Task<MsrpSendEnd> SendOnceAsync()
    {
        Stream content = Served!.Source.OpenRead(Image);
        await using ConfiguredAsyncDisposable closing = content.ConfigureAwait(false);
        bool isRelayed = Context.Relays.Any || Peer.Path.Count > 1;
        MsrpOutgoingContent message = ImageWrapper.Around(_head, await ContentAsync(content).ConfigureAwait(false)) with
        {
            ChunkSize = settings.ChunkSize ?? Context.Profile.ChunkSize ?? long.MaxValue,
            MaxBytesPerSecond = settings.MaxBytesPerSecond ?? Served.MaxBytesPerSecond,
            MaxUnanswered = settings.MaxUnansweredChunks,

            // What it says, it says of the file: where something is around that, it stands inside.
            Disposition = SaysDisposition && _head.IsEmpty ? TransferDisposition.Write(Image) : null,

            // A relay answers for itself; that the peer has the image, only the peer says.
            SuccessReport = isRelayed,
            AwaitSuccessReport = isRelayed,
        };

        // What was refused before is not with the peer.
        _hasAllLeft = false;
        return await Msrp.TrySendAsync(
            message,
            new ThrottledProgress(Session, settings.Progress, Image.Size, ResumesAt, around: _head.Length),
            () => _hasAllLeft = true,
            _transfer.Token).ConfigureAwait(false);
    }

    private async ValueTask<MsrpOutgoingContent> ContentAsync(Stream stream)
    {
        MediaType type = _contentType ?? Image.Type;
        if (Served!.Source.Octets is { } octets)
        {
            return MsrpOutgoingContent.FromMemory(type, octets.Slice((int)ResumesAt, (int)Length));
        }

        await SkipAsync(stream, ResumesAt, _transfer.Token).ConfigureAwait(false);
        return MsrpOutgoingContent.FromStream(type, stream, Length);
    }

    // Any stream can be read; not every one can be sought.
    private static async Task SkipAsync(Stream content, long octets, CancellationToken cancellationToken)
    {
        byte[] passed = new byte[Math.Min(octets, 64 * 1024)];
        while (octets > 0)
        {
            int read = await content.ReadAsync(passed.AsMemory(0, (int)Math.Min(octets, passed.Length)), cancellationToken).ConfigureAwait(false);
            octets -= read > 0 ? read : throw new EndOfStreamException("The image is shorter than it was.");
        }
    }

    // What the image itself says of its trouble is more to the point than that it could not be sent.
    private static ShareOutcome OfSource(Exception e) => (e as ImageShareException ?? e.InnerException as ImageShareException) is { } known
        ? ShareOutcome.From(known.InnerException as ImageShareException ?? known)
        : ShareOutcome.Failed(ImageShareError.SourceUnreadable, $"The image could not be read: {e.Message}", e);
}
