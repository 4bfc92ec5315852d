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

/// <summary>The media of the sending side.</summary>
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

    /// <summary>The image; null until it is known.</summary>
    public ServedImage? Served { get; set; }

    /// <summary>The offset of the first byte to send; the peer has the bytes before it.</summary>
    public long ResumesAt { get; set; } = settings.ResumeAt;

    /// <summary>The length of the message in bytes: the part of the image that is sent, and the wrapper's headers.</summary>
    public long MessageLength => _head.Length + Length;

    protected override Task Sending => _sending;

    protected override bool IsTakenBack => _isTakenBack;

    // The number of image bytes to send, up to the end of the range.
    private long Length => (_end ?? Image.Size) - ResumesAt;

    private ImageDescription Image => Served!.Description;

    // An answer to a fetch leaves name, size and dates to the message (RFC 5547 §8.3.2).
    private bool SaysDisposition => Context.Profile.ContentDisposition || _isServed;

    /// <summary>Sets the image and range for a peer that requested them.</summary>
    public void Take(ServedImage image, FileRange range)
    {
        Served = image;
        _isServed = true;
        ResumesAt = range.Start - 1;
        _end = range.End;
    }

    /// <summary>Sets the content type of the message. Image and range must be set before.</summary>
    /// <param name="type">The image's own type, application/octet-stream or <see cref="Containers.Cpim"/>; null for its own type.</param>
    /// <param name="peer">The peer.</param>
    public void SendAs(MediaType? type, SipUri peer)
    {
        _contentType = type;
        _head = type == Containers.Cpim
            ? ImageWrapper.WriteHead(Image, Context.Identity, peer, Context.TimeProvider.GetUtcNow(), SaysDisposition ? TransferDisposition.Of(Image) : null)
            : default;
    }

    /// <summary>Allows sending the image again inside <see cref="Containers.Cpim"/> if the peer refuses its type (415).</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="maxSize">The largest message the peer accepts, or null if it did not say.</param>
    public void AllowWrapping(SipUri peer, long? maxSize) => _wrapping = (peer, maxSize);

    // The message carries name, size and dates (RFC 5547 §8.3.2).
    public override ImageAnswer Complete(ImageAnswer answer) => answer with
    {
        Direction = MediaDirection.SendOnly,
        AcceptedTypes = Context.Accepted,
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

    protected override ImageShareResult DescribeImage(ImageShareResult result) => Served is not { Description: var image } ? result : result with
    {
        BytesTransferred = result.IsCompleted ? ResumesAt + Length : result.BytesTransferred,
        IsVerified = result.IsCompleted,
        Sha1 = image.Sha1,
        PeerMayHaveImage = MayPeerHaveIt(result),
        Message = MayPeerHaveIt(result) ? $"{result.Message} All bytes had been sent by then, so the peer may have the image." : result.Message,
    };

    // If the peer itself cancelled or reported a failure, it does not have the image. But its user may have cancelled just after it took the last byte.
    private bool MayPeerHaveIt(ImageShareResult result) => !result.IsCompleted && _hasAllLeft && result.EndedBy switch
    {
        ImageShareEndedBy.User or ImageShareEndedBy.Network or ImageShareEndedBy.Limit => true,
        ImageShareEndedBy.Peer => result.Error is ImageShareError.Cancelled && result.BytesTransferred == ResumesAt + Length,
        _ => false,
    };

    protected override void BeginTransfer() => _sending = Session.Begin(SendAsync, mayBlock: Context.HasCustomNetwork || Served!.Source.Bytes is null);

    protected override async ValueTask AbortAsync(bool isByPeer)
    {
        // The '#' must be sent before BYE lets the peer close the connection. A peer that does not read is not waited for.
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
                // AbortTransfer: the state machine already knows.
                _isTakenBack = true;
                return;
            }

            ShareOutcome? failure = await MsrpOutcome.OfSendingAsync(end.Result, Msrp.Ended).ConfigureAwait(false);
            Session.Post(failure is not null ? new ShareInput.ImageFailed(failure) : new ShareInput.ImageDone(ShareOutcome.Completed), inPlace: true);
        }
        catch (OperationCanceledException) when (_transfer.IsCancellationRequested)
        {
            // AbortTransfer before the first byte.
        }
        catch (Exception e)
        {
            // The source is application code and may throw anything.
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

            // It describes the file, so inside a wrapper it belongs to the inner part.
            Disposition = SaysDisposition && _head.IsEmpty ? TransferDisposition.Write(Image) : null,

            // A relay answers for itself; only a success report shows that the peer has the image.
            SuccessReport = isRelayed,
            AwaitSuccessReport = isRelayed,
        };

        // A refused attempt left nothing with the peer.
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
        if (Served!.Source.Bytes is { } bytes)
        {
            return MsrpOutgoingContent.FromMemory(type, bytes.Slice((int)ResumesAt, (int)Length));
        }

        await SkipAsync(stream, ResumesAt, _transfer.Token).ConfigureAwait(false);
        return MsrpOutgoingContent.FromStream(type, stream, Length);
    }

    // Every stream can be read, but not every stream can seek.
    private static async Task SkipAsync(Stream content, long bytes, CancellationToken cancellationToken)
    {
        byte[] passed = new byte[Math.Min(bytes, 64 * 1024)];
        while (bytes > 0)
        {
            int read = await content.ReadAsync(passed.AsMemory(0, (int)Math.Min(bytes, passed.Length)), cancellationToken).ConfigureAwait(false);
            bytes -= read > 0 ? read : throw new EndOfStreamException("The image became shorter while it was being shared.");
        }
    }

    // An error of the source is more precise than the failure to send.
    private static ShareOutcome OfSource(Exception e) => (e as ImageShareException ?? e.InnerException as ImageShareException) is { } known
        ? ShareOutcome.From(known.InnerException as ImageShareException ?? known)
        : ShareOutcome.Failed(ImageShareError.SourceUnreadable, $"The image could not be read: {e.Message}", e);
}
