using ImageShare.Cli.Commands;
using ImageShare.Cli.Reporting;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Shares;

/// <summary>
/// A share from here to its end, as its watcher is told: states, progress, and what neither of them says: that the last byte is here and the disk works, and that nothing moves. Ctrl-C cancels
/// the share, and then still waits for its end. Thread-safe; the watcher is called from one thread at a time.
/// </summary>
internal sealed class FollowedShare
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    // Progress comes in steps, and the first step of a share that was resumed is behind its beginning.
    private const long LongestFirstStep = 256 * 1024;

    private readonly ImageShareSession _session;
    private readonly IShareWatcher _watcher;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long _movedAt;
    private long _begunAt;
    private long _from = -1;
    private TimeSpan _longestStep;
    private bool _isTransferring;
    private bool _isStoring;
    private bool _isStill;

    private FollowedShare(ImageShareSession session, IShareWatcher watcher, TimeSpan timeout, TimeProvider time)
    {
        _session = session;
        _watcher = watcher;
        _time = time;
        Timeout = timeout;
        _movedAt = _begunAt = time.GetTimestamp();
    }

    /// <summary>After how long without progress the share is given up.</summary>
    public TimeSpan Timeout { get; }

    public static async Task<FollowedResult> WaitAsync(
        ImageShareSession session, IShareWatcher watcher, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var followed = new FollowedShare(session, watcher, timeout, time);
        followed.OnState(session, session.State);
        session.StateChanged += followed.OnState;
        session.ProgressChanged += followed.OnProgress;
        await using ITimer timer = time.CreateTimer(static f => ((FollowedShare)f!).OnBeat(), followed, Beat, Beat);
        ImageShareResult result = await CompletionAsync(session, cancellationToken);
        session.StateChanged -= followed.OnState;
        session.ProgressChanged -= followed.OnProgress;
        return followed.Measure(result);
    }

    public static int ExitStatusOf(ImageShareResult result, CancellationToken cancellationToken) => result switch
    {
        { IsCompleted: true } => ExitStatus.Done,
        { Error: ImageShareError.NotCapable } => ExitStatus.NotCapable,
        { Error: ImageShareError.CapabilityUnknown } => ExitStatus.Unknown,
        _ when cancellationToken.IsCancellationRequested => ExitStatus.Interrupted,
        _ => ExitStatus.Failed,
    };

    private static async Task<ImageShareResult> CompletionAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return await session.CancelAsync(CancellationToken.None);
        }
    }

    private void OnState(object? sender, ImageShareState state)
    {
        lock (_gate)
        {
            // Otherwise said already, below.
            if (!_isTransferring || state is not (ImageShareState.Connecting or ImageShareState.Transferring))
            {
                Enter(state);
            }
        }
    }

    private void OnProgress(object? sender, ImageShareProgress progress)
    {
        lock (_gate)
        {
            // States and progress come from two loops: of a small image, the last byte may come first.
            if (!_isTransferring && _session.State is ImageShareState.Connecting or ImageShareState.Transferring)
            {
                Enter(ImageShareState.Transferring);
            }

            if (_from >= 0 && _time.GetElapsedTime(_movedAt) is var step && step > _longestStep)
            {
                _longestStep = step;
            }

            _from = _from >= 0 ? _from : progress.Bytes > LongestFirstStep && progress.Bytes < progress.Total ? progress.Bytes : 0;
            Move();
            _watcher.Progress(progress);
            if (!_session.IsOutgoing && progress.Bytes == progress.Total && !_isStoring)
            {
                _isStoring = true;
                _watcher.Storing();
            }
        }
    }

    private void OnBeat()
    {
        lock (_gate)
        {
            // A slow transfer has long steps: two of them are no standstill. But it is said before the share is given up.
            TimeSpan still = _time.GetElapsedTime(_movedAt);
            TimeSpan patience = TimeSpan.FromTicks(Math.Clamp(_longestStep.Ticks * 3, (Timeout / 4).Ticks, (Timeout * 3 / 4).Ticks));
            if (_session.State == ImageShareState.Transferring && !_isStoring && !_isStill && still >= patience)
            {
                _isStill = true;
                _watcher.Stalled(still, Timeout);
            }

            _watcher.Beat();
        }
    }

    private void Enter(ImageShareState state)
    {
        if (state == ImageShareState.Transferring)
        {
            _isTransferring = true;
            _begunAt = _time.GetTimestamp();
        }

        Move();
        _watcher.State(state);
    }

    private void Move()
    {
        _movedAt = _time.GetTimestamp();
        _isStill = false;
    }

    private FollowedResult Measure(ImageShareResult result)
    {
        lock (_gate)
        {
            return new FollowedResult(result, _time.GetElapsedTime(_begunAt), Math.Max(0, result.BytesTransferred - Math.Max(0, _from)));
        }
    }
}
