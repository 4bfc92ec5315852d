using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// The one loop that owns all state of an agent. Messages, timers, calls of the application and the results of asynchronous operations are posted to
/// it, so that its state needs no locks. Nothing blocks or awaits inside it. It has no thread of its own: it runs on the thread pool while there is work,
/// or on the thread that posts.
/// </summary>
internal sealed class AgentLoop : IAsyncDisposable, IThreadPoolWorkItem
{
    /// <summary>How much is done on a thread that has posted, before the thread pool goes on: that thread has something else to do.</summary>
    private const int MostInPlace = 16;

    /// <summary>How long closing waits for messages that are being sent.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LoopQueue _queue = new();
    private readonly LoopAlarm _alarm;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<TaskCompletionSource<long>> _idle = [];
    private ExecutionContext? _flow;
    private bool _isStarted;
    private int _operations;
    private long _processed;
    private int _disposed;
    private int _thread;

    public AgentLoop(TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _alarm = new LoopAlarm(this, time);
    }

    /// <summary>Whether the end has begun. Read on the loop.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The messages that a closing agent waits for.</summary>
    public UnsentMessages Unsent { get; } = new();

    public void Start()
    {
        _isStarted = true;
        _flow = ExecutionContext.Capture();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Has the loop do something, from any thread; false after the end.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="inPlace">
    /// Whether it may be done inside this call, when the loop does nothing else: that is cheaper than to wake another thread. Only for a caller that holds no lock
    /// and may be kept for a moment.
    /// </param>
    public bool Post(Action work, bool inPlace = false) => PostWork(LoopWork.Of(work), inPlace);

    /// <summary>The same, without a delegate for each call.</summary>
    public bool PostWork(in LoopWork work, bool inPlace = false)
    {
        if (!_queue.TryAdd(work, out bool begins))
        {
            return false;
        }

        if (!begins)
        {
            return true;
        }

        if (inPlace)
        {
            Run(static loop => ((AgentLoop)loop!).Work(MostInPlace));
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return true;
    }

    void IThreadPoolWorkItem.Execute() => Run(static loop => ((AgentLoop)loop!).Work(int.MaxValue));

    /// <summary>
    /// The same, but at once when called on the loop: a response given inside a handler does not wait behind all requests that were queued
    /// meanwhile.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="inPlace">See <see cref="Post"/>.</param>
    public bool RunOrPost(Action work, bool inPlace = false)
    {
        if (Volatile.Read(ref _thread) != Environment.CurrentManagedThreadId)
        {
            return Post(work, inPlace);
        }

        work();
        return true;
    }

    /// <summary>Has the loop do something later. On the loop only.</summary>
    public LoopTimer StartTimer(TimeSpan after, Action elapsed) => StartTimer(after, new ActionTimer(this, elapsed));

    /// <summary>Starts a timer that was made for this loop. On the loop only.</summary>
    public LoopTimer StartTimer(TimeSpan after, LoopTimer timer)
    {
        if (!IsClosed)
        {
            timer.Arm(_alarm, after);
        }

        return timer;
    }

    /// <summary>Begins an asynchronous operation; one of the two callbacks runs on the loop when it has ended. On the loop only.</summary>
    public void Run<T>(Func<CancellationToken, ValueTask<T>> operation, Action<T> done, Action<ImageShareException> failed) =>
        Run(new LoopOperation<T>(operation, done, failed));

    /// <summary>The same, for whoever has the three as methods.</summary>
    public void Run<T>(ILoopOperation<T> operation)
    {
        if (IsClosed)
        {
            return;
        }

        _operations++;
        ValueTask<T> result;
        try
        {
            result = operation.BeginAsync(_closing.Token);
        }
        catch (Exception error)
        {
            PostFailure(operation, error);
            return;
        }

        if (result.IsCompletedSuccessfully)
        {
            PostResult(operation, result.Result);
        }
        else
        {
            _ = AwaitAsync(operation, result);
        }
    }

    /// <summary>What the loop does last: everything that is awaited fails.</summary>
    public Action? Closing { get; set; }

    /// <summary>
    /// Ends the loop. What was posted before still runs, and the messages it sends get <see cref="LingerTime"/> to be sent. After that no timer and no
    /// operation begins.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Post(Unsent.Close))
        {
            try
            {
                await Unsent.AllSent.WaitAsync(LingerTime, _time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The peer does not read.
            }
        }

        Post(() =>
        {
            Closing?.Invoke();
            IsClosed = true;
            foreach (LoopTimer timer in _alarm.ToArray())
            {
                timer.Stop();
            }

            _queue.Complete();
        });
        await (_isStarted ? _ended.Task : Task.CompletedTask).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            _closing.Dispose();
        }
    }

    /// <summary>
    /// For tests: completes when nothing is queued and no operation is in progress, with the number of work items so far. Does not
    /// wait for timers.
    /// </summary>
    public Task<long> IdleAsync()
    {
        var idle = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = Post(() =>
        {
            _processed--;
            _idle.Add(idle);
        });
        return posted ? idle.Task : Task.FromResult(0L);
    }

    internal void Forget(LoopTimer timer) => _alarm.Remove(timer);

    // With what flowed to the start, whichever thread it is.
    private void Run(ContextCallback work) => InFlow.Run(_flow, work, this);

    private void Work(int most)
    {
        while (TryTake(out LoopWork work))
        {
            Do(work);
            if (--most == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
        }
    }

    // False when there is nothing left, or nothing more will come.
    private bool TryTake(out LoopWork work)
    {
        if (_queue.TryTake(out work, out bool isLast))
        {
            return true;
        }

        if (isLast)
        {
            CompleteIdle();
            _ended.TrySetResult();
        }

        return false;
    }

    private void Do(in LoopWork work)
    {
        try
        {
            Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
            work.Do(this);
        }
        catch (Exception error)
        {
            // One failed work item must not end the loop for all others.
            LogFailure(error);
        }
        finally
        {
            Volatile.Write(ref _thread, 0);
        }

        _processed++;
        if (_idle.Count > 0 && _operations == 0 && _queue.IsEmpty)
        {
            CompleteIdle();
        }
    }

    private void LogFailure(Exception error)
    {
        try
        {
            AgentLog.WorkFailed(_logger, error);
        }
        catch (Exception)
        {
            // The application's logger. Outside, the exception would end the process, or leave a loop that no thread works on any more.
        }
    }

    private async Task AwaitAsync<T>(ILoopOperation<T> operation, ValueTask<T> result)
    {
        try
        {
            PostResult(operation, await result.ConfigureAwait(false));
        }
        catch (Exception error)
        {
            PostFailure(operation, error);
        }
    }

    private void PostResult<T>(ILoopOperation<T> operation, T result) => PostWork(new LoopWork(
        static (loop, operation, result) =>
        {
            loop._operations--;
            ((ILoopOperation<T>)operation).Complete((T)result!);
        },
        operation,
        result));

    // An application's own transport may throw anything; the operation must fail, not hang.
    private void PostFailure<T>(ILoopOperation<T> operation, Exception error) => PostWork(new LoopWork(
        static (loop, operation, error) =>
        {
            loop._operations--;
            ((ILoopOperation<T>)operation).Fail((ImageShareException)error!);
        },
        operation,
        error as ImageShareException ?? new ImageShareException(ImageShareError.PeerUnreachable, $"The SIP transport failed: {error.Message}", error)));

    private void CompleteIdle()
    {
        foreach (TaskCompletionSource<long> idle in _idle)
        {
            idle.TrySetResult(_processed);
        }

        _idle.Clear();
    }
}
