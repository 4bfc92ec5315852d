using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// The one loop that owns all state of an agent. Messages, timers, calls of the application and the results of asynchronous operations are posted to
/// it, so that its state needs no locks. Nothing blocks or awaits inside it.
/// </summary>
internal sealed class AgentLoop(TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long closing waits for messages that are being sent.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    private readonly Channel<Action> _queue = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<LoopTimer> _timers = [];
    private readonly List<TaskCompletionSource<long>> _idle = [];
    private Task _running = Task.CompletedTask;
    private int _operations;
    private long _processed;
    private int _disposed;
    private int _thread;

    /// <summary>Whether the end has begun. Read on the loop.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The messages that a closing agent waits for.</summary>
    public UnsentMessages Unsent { get; } = new();

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Has the loop do something, from any thread; false after the end.</summary>
    public bool Post(Action work) => _queue.Writer.TryWrite(work);

    /// <summary>
    /// The same, but at once when called on the loop: a response given inside a handler does not wait behind all requests that were queued
    /// meanwhile.
    /// </summary>
    public bool RunOrPost(Action work)
    {
        if (Volatile.Read(ref _thread) != Environment.CurrentManagedThreadId)
        {
            return Post(work);
        }

        work();
        return true;
    }

    /// <summary>Has the loop do something later. On the loop only.</summary>
    public LoopTimer StartTimer(TimeSpan after, Action elapsed)
    {
        var timer = new LoopTimer(this, elapsed);
        if (!IsClosed)
        {
            _timers.Add(timer);
            timer.Arm(time, after);
        }

        return timer;
    }

    /// <summary>Begins an asynchronous operation; one of the two callbacks runs on the loop when it has ended. On the loop only.</summary>
    public void Run<T>(Func<CancellationToken, ValueTask<T>> operation, Action<T> done, Action<ImageShareException> failed)
    {
        if (IsClosed)
        {
            return;
        }

        _operations++;
        _ = AwaitAsync(operation, done, failed);
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
                await Unsent.AllSent.WaitAsync(LingerTime, time).ConfigureAwait(false);
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
            foreach (LoopTimer timer in _timers.ToArray())
            {
                timer.Stop();
            }

            _queue.Writer.TryComplete();
        });
        await _running.ConfigureAwait(false);
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

    internal void Forget(LoopTimer timer) => _timers.Remove(timer);

    private async Task RunAsync()
    {
        await foreach (Action work in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
                work();
            }
            catch (Exception error)
            {
                // One failed work item must not end the loop for all others.
                AgentLog.WorkFailed(logger, error);
            }
            finally
            {
                Volatile.Write(ref _thread, 0);
            }

            _processed++;
            if (_idle.Count > 0 && _operations == 0 && !_queue.Reader.TryPeek(out _))
            {
                CompleteIdle();
            }
        }

        CompleteIdle();
    }

    private async Task AwaitAsync<T>(Func<CancellationToken, ValueTask<T>> operation, Action<T> done, Action<ImageShareException> failed)
    {
        Action outcome;
        try
        {
            T result = await operation(_closing.Token).ConfigureAwait(false);
            outcome = () => done(result);
        }
        catch (ImageShareException error)
        {
            outcome = () => failed(error);
        }
        catch (Exception error)
        {
            // An application's own transport may throw anything; the operation must fail, not hang.
            var wrapped = new ImageShareException(ImageShareError.PeerUnreachable, $"The SIP transport failed: {error.Message}", error);
            outcome = () => failed(wrapped);
        }

        Post(() =>
        {
            _operations--;
            outcome();
        });
    }

    private void CompleteIdle()
    {
        foreach (TaskCompletionSource<long> idle in _idle)
        {
            idle.TrySetResult(_processed);
        }

        _idle.Clear();
    }
}
