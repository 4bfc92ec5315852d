using System.Threading.Channels;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing;

/// <summary>
/// One share of one image, in either direction, from its first message to its end. One loop owns all its state; events are
/// raised from that loop, one at a time, and must not block. All members may be called from any thread, at the same time.
/// Disposing a session that still runs cancels it properly first.
/// </summary>
public sealed class ImageShareSession : IAsyncDisposable
{
    private readonly Channel<ShareInput> _inputs = Channel.CreateUnbounded<ShareInput>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<ImageShareResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<ShareTimer, ITimer> _timers = [];
    private readonly ShareContext _context;
    private IShareRole? _role;
    private ShareStatus _status;
    private Task _loop = Task.CompletedTask;

    internal ImageShareSession(ShareContext context, string id, bool isOutgoing, string? imageName, long? imageSize)
    {
        _context = context;
        _status = isOutgoing ? ShareMachine.Outgoing : ShareMachine.Incoming;
        Id = id;
        ImageName = imageName;
        Progress = new ImageShareProgress(0, imageSize);
    }

    /// <summary>The SIP Call-ID of the invitation: the name of this share in logs and traces of both sides.</summary>
    public string Id { get; }

    /// <summary>Whether this side sends the image.</summary>
    public bool IsOutgoing => _status.IsOutgoing;

    /// <summary>The image's name as its sender gave it, or null. For showing only; never a path.</summary>
    public string? ImageName { get; }

    /// <summary>Where the share stands.</summary>
    public ImageShareState State => Volatile.Read(ref _status).State;

    /// <summary>How far the transfer is.</summary>
    public ImageShareProgress Progress { get; private set; }

    /// <summary>Ends with the share, always with a result and never with an exception: cancelling and failing are results too.</summary>
    public Task<ImageShareResult> Completion => _completion.Task;

    /// <summary>Raised after each change of <see cref="State"/>, in order. Ends with a final state.</summary>
    public event Action<ImageShareSession, ImageShareState>? StateChanged;

    /// <summary>Raised as octets get through, at most every 64 KiB or 1/256 of the image.</summary>
    public event Action<ImageShareSession, ImageShareProgress>? ProgressChanged;

    /// <summary>
    /// Breaks the share off: CANCEL while it is not answered, <c>#</c> and BYE while it runs. Returns when it has ended, which
    /// takes as long as the peer's answers do, at most the grace and SIP timeouts. Nothing happens when it is over already.
    /// </summary>
    /// <param name="cancellationToken">Stops the waiting, not the cancelling.</param>
    public async Task<ImageShareResult> CancelAsync(CancellationToken cancellationToken = default)
    {
        Post(new ShareInput.CancelRequested());
        return await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cancels the share if it still runs, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        Post(new ShareInput.CancelRequested());
        await _loop.ConfigureAwait(false);
    }

    internal void Start(IShareRole role, ShareInput first)
    {
        _role = role;
        Post(first);
        _loop = Task.Run(RunAsync);
    }

    internal void Post(ShareInput input) => _inputs.Writer.TryWrite(input);

    internal void Report(long bytes)
    {
        Progress = Progress with { Bytes = bytes };
        Raise(() => ProgressChanged?.Invoke(this, Progress));
    }

    private async Task RunAsync()
    {
        await foreach (ShareInput input in _inputs.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            ImageShareState before = _status.State;
            (ShareStatus next, ShareEffect[] effects) = ShareMachine.Step(_status, input);
            Volatile.Write(ref _status, next);
            if (next.State != before)
            {
                _context.Log.StateChanged(Id, before, next.State);
                if (!next.IsFinal)
                {
                    Raise(() => StateChanged?.Invoke(this, next.State));
                }
            }

            foreach (ShareEffect effect in effects)
            {
                await PerformAsync(effect).ConfigureAwait(false);
            }

            if (next.IsFinal)
            {
                _inputs.Writer.TryComplete();
                break;
            }
        }
    }

    private async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.StartTimer start:
                StopTimer(start.Timer);
                _timers[start.Timer] = _context.TimeProvider.CreateTimer(
                    _ => Post(new ShareInput.TimerFired(start.Timer)), null, TimeOf(start.Timer), Timeout.InfiniteTimeSpan);
                break;
            case ShareEffect.StopTimer stop:
                StopTimer(stop.Timer);
                break;
            case ShareEffect.Finish finish:
                await FinishAsync(finish.Outcome).ConfigureAwait(false);
                break;
            default:
                try
                {
                    await _role!.PerformAsync(effect).ConfigureAwait(false);
                }
                catch (ImageShareException e)
                {
                    Post(new ShareInput.DialogFailed(ShareOutcome.From(e)));
                }

                break;
        }
    }

    private async ValueTask FinishAsync(ShareOutcome outcome)
    {
        var result = new ImageShareResult
        {
            State = outcome.State,
            Error = outcome.Error,
            Message = outcome.Message,
            SipStatus = outcome.SipStatus,
            MsrpStatus = outcome.MsrpStatus,
            BytesTransferred = Progress.Bytes,
        };
        result = _role!.Describe(result);
        await _role.DisposeAsync().ConfigureAwait(false);
        _context.Log.ShareEnded(Id, outcome.State, outcome.Error, outcome.Cause);
        Raise(() => StateChanged?.Invoke(this, outcome.State));
        _completion.TrySetResult(result);
        _context.Ended(this);
    }

    private TimeSpan TimeOf(ShareTimer timer) => timer switch
    {
        ShareTimer.Answer => _context.Limits.AnswerTimeout,
        _ => _context.Limits.GraceTimeout,
    };

    private void StopTimer(ShareTimer timer)
    {
        if (_timers.Remove(timer, out ITimer? running))
        {
            running.Dispose();
        }
    }

    private void Raise(Action raise)
    {
        try
        {
            raise();
        }
        catch (Exception e)
        {
            // The application's own handler failed; the share must still come to its end.
            _context.Log.HandlerFailed(Id, e);
        }
    }
}
