using System.Threading.Channels;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing.StateMachine;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>
/// The loop behind one share of one image. It owns the status: whatever happens is posted to it as an input, the machine
/// says what follows, and the loop sees to it, or has its <see cref="IShareRole"/> do it.
/// </summary>
/// <remarks>
/// <see cref="Post"/>, <see cref="Begin"/>, <see cref="Report"/> and the properties may be used from any thread. Everything else runs on the loop, but for
/// <c>Announce</c>, which a timer calls: it and the loop agree by <c>_result</c>, which is written once.
/// </remarks>
internal sealed class ShareSession
{
    // How often a store is asked that has not finished with the image when the user is to be told.
    private static readonly TimeSpan StoreTime = TimeSpan.FromMilliseconds(50);

    // Written by anyone, read by the loop.
    private readonly Channel<ShareInput> _inputs = Channel.CreateUnbounded<ShareInput>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<ImageShareResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ShareTimers _timers;
    private readonly ShareContext _context;
    private IShareRole? _role;
    private ImageSelector _image = null!;
    private ShareStatus _status;
    private long _bytes;
    private ITimer? _announcing;
    private ImageShareResult? _result;
    private object? _face;

    public ShareSession(ShareContext context, string id, ShareStatus start, ImageSelector image)
    {
        _context = context;
        _status = start;
        _timers = new ShareTimers(context.TimeProvider, context.Limits, start.IsCaller, timer => Post(new ShareInput.TimerFired(timer)));
        Id = id;
        Image = image;
    }

    /// <summary>The SIP Call-ID of the invitation: the name of this share in logs and traces of both sides.</summary>
    public string Id { get; }

    /// <summary>Its place among the images of one invitation, from 0: with <see cref="Id"/> it names a share that is not alone in its session.</summary>
    public int Index { get; init; }

    /// <summary>Whether this side sends the image.</summary>
    public bool IsOutgoing => _status.IsSender;

    /// <summary>
    /// What is known of the image: what its sender said of it. For an image that is fetched, what was asked for, and from
    /// <see cref="ImageShareState.Transferring"/> on also what the peer has said.
    /// </summary>
    public ImageSelector Image
    {
        get => Volatile.Read(ref _image);
        set => Volatile.Write(ref _image, value);
    }

    /// <summary>Where the share stands.</summary>
    public ImageShareState State => Volatile.Read(ref _result)?.State ?? Volatile.Read(ref _status).State;

    /// <summary>How far the transfer is.</summary>
    public ImageShareProgress Progress => new(Volatile.Read(ref _bytes), Image.Size);

    /// <summary>Ends with the share, always with a result and never with an exception: cancelling and failing are results too.</summary>
    public Task<ImageShareResult> Completion => _completion.Task;

    /// <summary>Raised after each change of <see cref="State"/>, in order. Ends with a final state.</summary>
    public event Action<ImageShareState>? StateChanged;

    /// <summary>Raised as octets get through, at most every 64 KiB or 1/256 of the image.</summary>
    public event Action<ImageShareProgress>? ProgressChanged;

    /// <summary>Done when it has let go of everything: with its result, or, when it was cancelled and the peer does not answer, some seconds later.</summary>
    public Task Gone => _gone.Task;

    /// <summary>For tests: whether anything came back to the invitation.</summary>
    public bool IsHeard => Volatile.Read(ref _status).Heard is not PeerSign.None;

    /// <summary>What the application holds of this share: made by the first who asks, and the same for all.</summary>
    public TFace Face<TFace>(Func<ShareSession, TFace> make)
        where TFace : class
    {
        if (Volatile.Read(ref _face) is not TFace face)
        {
            face = make(this);
            face = Interlocked.CompareExchange(ref _face, face, null) as TFace ?? face;
        }

        return face;
    }

    public void Start(IShareRole role, ShareInput first)
    {
        _role = role;
        Post(first);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Cancels the share when the token is cancelled, as long as it runs.</summary>
    public void EndWith(CancellationToken token)
    {
        if (token.CanBeCanceled)
        {
            CancellationTokenRegistration registration = token.UnsafeRegister(static share => ((ShareSession)share!).Post(new ShareInput.CancelRequested()), this);
            _ = Completion.ContinueWith(
                (_, ended) => ((CancellationTokenRegistration)ended!).Dispose(), registration, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public void Post(ShareInput input) => _inputs.Writer.TryWrite(input);

    /// <summary>Begins work that tells what becomes of it by posting inputs. What it throws ends the share: nothing is lost, nobody waits for ever.</summary>
    /// <returns>Done with the work; never fails.</returns>
    public async Task Begin(Func<Task> work)
    {
        // Off the loop: sources and networks of the application may take their time before they return a task.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The pump of a share's work, which calls custom stores, sources and networks.
            Post(new ShareInput.Broken(ShareOutcome.FromUnexpected(e)));
        }
    }

    public void Report(long bytes, IProgress<ImageShareProgress>? listener)
    {
        Volatile.Write(ref _bytes, bytes);
        Raise(() => ProgressChanged?.Invoke(Progress));
        if (listener is not null)
        {
            Raise(() => listener.Report(Progress));
        }
    }

    /// <summary>Calls the application's code, which may throw: the share must still come to its end.</summary>
    public void Raise(Action raise)
    {
        try
        {
            raise();
        }
        catch (Exception e)
        {
            // Its trouble is the application's own; all that can be done here is to log it.
            _context.Log.HandlerFailed(Id, e);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (ShareInput input in _inputs.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                (ShareStatus next, ShareEffect[] effects) = ShareMachine.Step(_status, input);
                if (!next.IsFinal)
                {
                    // A final state shows only when all is let go of: that is what Finish does.
                    Enter(next);
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
        finally
        {
            _gone.TrySetResult();
        }
    }

    private void Enter(ShareStatus next)
    {
        ImageShareState before = _status.State;
        Volatile.Write(ref _status, next);
        if (next.State != before && Volatile.Read(ref _result) is null)
        {
            _context.Log.StateChanged(Id, before, next.State);
            Raise(() => StateChanged?.Invoke(next.State));
        }
    }

    private async ValueTask PerformAsync(ShareEffect effect)
    {
        switch (effect)
        {
            case ShareEffect.StartTimer start:
                _timers.Start(start.Timer);
                break;
            case ShareEffect.StopTimer stop:
                _timers.Stop(stop.Timer);
                break;
            case ShareEffect.AnnounceSoon soon:
                _announcing ??= _context.TimeProvider.CreateTimer(_ => Announce(soon.Outcome), null, ShareTimers.PromptTime, Timeout.InfiniteTimeSpan);
                break;
            case ShareEffect.Finish finish:
                await FinishAsync(finish.Outcome).ConfigureAwait(false);
                break;
            default:
                try
                {
                    await _role!.PerformAsync(effect).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    // The pump: as in Begin.
                    Post(new ShareInput.Broken(ShareOutcome.FromUnexpected(e)));
                }

                break;
        }
    }

    private async ValueTask FinishAsync(ShareOutcome outcome)
    {
        IShareRole role = _role!;
        try
        {
            await role.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // A custom store failed in giving up; the share is over all the same.
            _context.Log.HandlerFailed(Id, e);
        }

        // An application that keeps sessions to list them should not keep their images.
        _role = null;
        _announcing?.Dispose();
        _context.Ended(this);
        if (outcome.Cause is { } cause)
        {
            _context.Log.CauseSensitive(Id, cause);
        }

        Publish(role, outcome);
    }

    // The peer has not let this share end yet. Called by a timer.
    private void Announce(ShareOutcome outcome)
    {
        if (_role is not { } role)
        {
            return;
        }

        if (role.HasImageInHand)
        {
            // A file that is just being stored decides how the share ended; one that was given up is to be gone.
            _announcing?.Change(StoreTime, Timeout.InfiniteTimeSpan);
        }
        else
        {
            // What came since the cancel may have changed how it ends: the last octet was acknowledged.
            Publish(role, Volatile.Read(ref _status).Ending ?? outcome);
        }
    }

    private void Publish(IShareRole role, ShareOutcome outcome)
    {
        ImageShareResult result = role.Describe(new ImageShareResult
        {
            State = outcome.State,
            Error = outcome.Error,
            EndedBy = outcome.EndedBy,
            Withdrawal = outcome.Withdrawal,
            Message = outcome.Message,
            SipStatus = outcome.SipStatus,
            RedirectedTo = [.. outcome.RedirectedTo.Select(Sip.SipUri.Parse)],
            MsrpStatus = outcome.MsrpStatus,
            BytesTransferred = Progress.Bytes,
        });

        if (Interlocked.CompareExchange(ref _result, result, null) is not null)
        {
            return;
        }

        _context.Log.ShareEnded(Id, result.State, result.Error);
        ImageShareTelemetry.ShareEnded(IsOutgoing, result.State, result.Error);
        _context.Log.StateChanged(Id, _status.State, result.State);
        Raise(() => StateChanged?.Invoke(result.State));
        _completion.TrySetResult(result);
    }
}
