using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Sessions;

/// <summary>
/// The loop that runs one share. It owns the state: every event is posted to it as an input, the state machine returns the effects, and the
/// loop or its <see cref="IShareRole"/> performs them.
/// </summary>
/// <remarks>
/// <see cref="Post"/>, <see cref="Begin"/>, <see cref="Report"/> and the properties are thread-safe. Everything else runs on the loop, except
/// <c>Announce</c>, which runs on a timer: both write <c>_result</c>, which is set only once.
/// </remarks>
internal sealed class ShareSession : IThreadPoolWorkItem
{
    // How often to check whether a store has finished with the image before the result is published.
    private static readonly TimeSpan StoreTime = TimeSpan.FromMilliseconds(50);

    // Written from any thread, read by the loop.
    private readonly ShareInputs _inputs = new();
    private readonly TaskCompletionSource<ImageShareResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ShareTimers _timers;
    private readonly ShareContext _context;
    private ExecutionContext? _flow;
    private ShareWatch _watch;
    private IShareRole? _role;
    private ImageSelector _image = null!;
    private ShareStatus _status;
    private long _bytes;
    private ITimer? _announcing;
    private ImageShareResult? _result;

    public ShareSession(ShareContext context, string id, ShareStatus start, ImageSelector image)
    {
        _context = context;
        _status = start;
        _timers = new ShareTimers(context.TimeProvider, context.Limits, start.IsCaller, this);
        Id = id;
        Image = image;
    }

    /// <summary>The SIP Call-ID of the invitation, which identifies the share in logs and traces of both sides.</summary>
    public string Id { get; }

    /// <summary>The index of the image in its invitation, starting at 0.</summary>
    public int Index { get; init; }

    /// <summary>The peer: as it was asked for, or as it is known from its invitation.</summary>
    public required NameAddress Peer { get; init; }

    /// <summary>The id of the transfer (RFC 5547 §6), once it is offered.</summary>
    public FileTransferId? TransferId { get; set; }

    /// <summary>Whether this side sends the image.</summary>
    public bool IsOutgoing => _status.IsSender;

    /// <summary>Whether this side invites.</summary>
    public bool IsCaller => _status.IsCaller;

    /// <summary>
    /// What is known about the image: the sender's description. For an image that is being fetched, the request, supplemented by the peer's
    /// description once the state is <see cref="ImageShareState.Transferring"/>.
    /// </summary>
    public ImageSelector Image
    {
        get => Volatile.Read(ref _image);
        set => Volatile.Write(ref _image, value);
    }

    /// <summary>The current state.</summary>
    public ImageShareState State => Result?.State ?? Volatile.Read(ref _status).State;

    /// <summary>The result; null until it is published.</summary>
    public ImageShareResult? Result => Volatile.Read(ref _result);

    /// <summary>The progress of the transfer.</summary>
    public ImageShareProgress Progress => new(Volatile.Read(ref _bytes), Image.Size);

    /// <summary>Completes when the share has ended. Never faults: cancellation and failure are results too.</summary>
    public Task<ImageShareResult> Completion => _completion.Task;

    /// <summary>Raised after each change of <see cref="State"/>, in order. The last one is a final state.</summary>
    public event Action<ImageShareState>? StateChanged;

    /// <summary>Raised as bytes are transferred, at most every 64 KiB or 1/256 of the image, whichever is more.</summary>
    public event Action<ImageShareProgress>? ProgressChanged;

    /// <summary>Completes when all resources are released: with the result, or seconds later if the share was cancelled and the peer does not respond.</summary>
    public Task Gone => _gone.Task;

    /// <summary>For tests: whether the invitation got any response.</summary>
    public bool IsHeard => Volatile.Read(ref _status).Heard is not PeerSign.None;

    /// <summary>What the application holds of it.</summary>
    public Face Face { get; } = new();

    public void Start(IShareRole role, ShareInput first, bool inPlace = false)
    {
        _role = role;
        _flow = ExecutionContext.Capture();
        _watch.Start(this, _context, _status.IsCaller);
        Post(first, inPlace);
    }

    /// <summary>Adds an input for the loop.</summary>
    /// <param name="input">The input.</param>
    /// <param name="inPlace">
    /// Whether the loop may run inside this call until it waits, if it does not run already: that is cheaper than to wake another thread. Not on the application's
    /// threads and not on a loop that others depend on, because the loop calls the application's handlers.
    /// </param>
    public void Post(ShareInput input, bool inPlace = false)
    {
        if (!_inputs.Add(input))
        {
            return;
        }

        if (inPlace)
        {
            Run();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    /// <summary>Starts work that reports by posting inputs. An exception ends the share, so that no one waits forever.</summary>
    /// <param name="work">The work.</param>
    /// <param name="mayBlock">Whether it calls what may block before it returns a task, as custom sources and networks may: then it leaves the loop first.</param>
    /// <returns>Completes with the work; never faults.</returns>
    public async Task Begin(Func<Task> work, bool mayBlock = true)
    {
        if (mayBlock)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Any exception: the work calls custom stores, sources and networks.
            Post(new ShareInput.Broken(ShareOutcome.FromUnexpected(e)));
        }
    }

    public void Report(long bytes, IProgress<ImageShareProgress>? listener)
    {
        Volatile.Write(ref _bytes, bytes);
        Raise(ProgressChanged, Progress);
        Raise(listener is null ? null : listener.Report, Progress);
    }

    /// <summary>Calls application code. If it throws, the share continues.</summary>
    public void Raise<T>(Action<T>? handler, T value)
    {
        try
        {
            handler?.Invoke(value);
        }
        catch (Exception e)
        {
            // An application error: log it and continue.
            _context.Log.HandlerFailed(Id, e);
        }
    }

    // With what flowed to the start, whichever thread it is.
    private void Run() => InFlow.Run(_flow, static share => _ = ((ShareSession)share!).RunAsync(), this);

    private async Task RunAsync()
    {
        bool isOver = true;
        try
        {
            while (_inputs.TryTake(out ShareInput? input))
            {
                (ShareStatus next, ShareEffect[] effects) = ShareMachine.Step(_status, input);
                if (!next.IsFinal)
                {
                    // A final state becomes visible only when all resources are released; Finish does that.
                    Enter(next);
                }

                foreach (ShareEffect effect in effects)
                {
                    await PerformAsync(effect).ConfigureAwait(false);
                }

                if (next.IsFinal)
                {
                    return;
                }
            }

            isOver = false;
        }
        finally
        {
            if (isOver)
            {
                _inputs.Close();
                _gone.TrySetResult();
            }
        }
    }

    private void Enter(ShareStatus next)
    {
        ImageShareState before = _status.State;
        Volatile.Write(ref _status, next);
        if (next.State != before && Volatile.Read(ref _result) is null)
        {
            _context.Log.StateChanged(Id, before, next.State);
            Raise(StateChanged, next.State);
        }

        _watch.Enter(this, _context, next.State);
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
                _announcing ??= _context.TimeProvider.CreateTimer(Announce, soon.Outcome, ShareTimers.PromptTime, Timeout.InfiniteTimeSpan);
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
                    // Any exception, as in Begin.
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
            // A custom store failed while abandoning the image; the share has ended anyway.
            _context.Log.HandlerFailed(Id, e);
        }

        // Sessions the application keeps, for example in a list, must not keep their images alive.
        _role = null;
        _announcing?.Dispose();
        _context.Ended(this);
        ImageShareResult result = Volatile.Read(ref _result) ?? role.Describe(outcome.ToResult(Progress.Bytes));
        _watch.Close(this, _context, result, outcome.Cause);
        Publish(result);
    }

    // Publishes the result although the peer has not responded yet. Runs on a timer.
    private void Announce(object? outcome)
    {
        if (_role is not { } role)
        {
            return;
        }

        if (role.HasImageInHand)
        {
            // If a file is being completed, that decides the result; an abandoned one must be deleted first.
            _announcing?.Change(StoreTime, Timeout.InfiniteTimeSpan);
        }
        else
        {
            // The outcome may have changed since the cancellation: the last byte may have been acknowledged.
            Publish(role.Describe((Volatile.Read(ref _status).Ending ?? (ShareOutcome)outcome!).ToResult(Progress.Bytes)));
        }
    }

    private void Publish(ImageShareResult result)
    {
        if (Interlocked.CompareExchange(ref _result, result, null) is not null)
        {
            return;
        }

        _watch.Ended(this, _context, result);
        _context.Log.StateChanged(Id, _status.State, result.State);
        Raise(StateChanged, result.State);
        _completion.TrySetResult(result);
    }
}
