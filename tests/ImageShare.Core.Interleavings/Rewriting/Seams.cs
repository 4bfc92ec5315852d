using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ImageShare.Core.Interleavings.Orders;

namespace ImageShare.Core.Interleavings.Rewriting;

/// <summary>What the rewritten library calls instead of the thread pool's doors.</summary>
public static class Seams
{
    [InsteadOf("Task.Run")]
    public static Task Run(Action action) => Run(action, CancellationToken.None);

    [InsteadOf("Task.Run")]
    public static async Task Run(Action action, CancellationToken cancellationToken)
    {
        await Order.Current.StepAsync();
        cancellationToken.ThrowIfCancellationRequested();
        action();
    }

    [InsteadOf("Task.Run")]
    public static Task Run(Func<Task> function) => Run(function, CancellationToken.None);

    [InsteadOf("Task.Run")]
    public static async Task Run(Func<Task> function, CancellationToken cancellationToken)
    {
        await Order.Current.StepAsync();
        cancellationToken.ThrowIfCancellationRequested();
        await function();
    }

    [InsteadOf("Task.Run")]
    public static Task<T> Run<T>(Func<T> function) => Run(function, CancellationToken.None);

    [InsteadOf("Task.Run")]
    public static async Task<T> Run<T>(Func<T> function, CancellationToken cancellationToken)
    {
        await Order.Current.StepAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return function();
    }

    [InsteadOf("Task.Run")]
    public static Task<T> Run<T>(Func<Task<T>> function) => Run(function, CancellationToken.None);

    [InsteadOf("Task.Run")]
    public static async Task<T> Run<T>(Func<Task<T>> function, CancellationToken cancellationToken)
    {
        await Order.Current.StepAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return await function();
    }

    [InsteadOf("ThreadPool.UnsafeQueueUserWorkItem")]
    public static bool Queue(IThreadPoolWorkItem item, bool preferLocal)
    {
        _ = preferLocal;
        Order.Current.Post(item.Execute, item);
        return true;
    }

    [InsteadOf("ThreadPool.UnsafeQueueUserWorkItem")]
    public static bool Queue<T>(Action<T> action, T state, bool preferLocal)
    {
        _ = preferLocal;
        Order.Current.Post(() => action(state), action);
        return true;
    }

    [InsteadOf("ChannelReader`1.ReadAllAsync")]
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(ChannelReader<T> reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (reader.TryRead(out T? item))
            {
                yield return item;
            }
        }
    }

    /// <summary>As the method it stands for: the token is cancelled at once, and what is registered runs elsewhere.</summary>
    [InsteadOf("CancellationTokenSource.CancelAsync")]
    public static Task CancelAsync(CancellationTokenSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _ = source.Token;
        return TransitionToCancellationRequested(source) ? CallBackAsync(source) : Task.CompletedTask;
    }

    [InsteadOf("TaskScheduler.get_Default")]
    public static TaskScheduler Scheduler() => OrderTaskScheduler.Instance;

    [InsteadOf("TimeProvider.get_System")]
    public static TimeProvider Time() => Order.Current.Time;

    [InsteadOf("new PipeOptions")]
    public static PipeOptions NewPipeOptions(
        System.Buffers.MemoryPool<byte>? pool,
        PipeScheduler? readerScheduler,
        PipeScheduler? writerScheduler,
        long pauseWriterThreshold,
        long resumeWriterThreshold,
        int minimumSegmentSize,
        bool useSynchronizationContext) =>
        new(pool, OrderPipeScheduler.Instance, OrderPipeScheduler.Instance, pauseWriterThreshold, resumeWriterThreshold, minimumSegmentSize, useSynchronizationContext: false);

    /// <summary>Called before something is completed: whoever awaits it in this step goes on in another one.</summary>
    public static void Apart() => SynchronizationContext.SetSynchronizationContext(new OrderContext(Order.Current));

    private static async Task CallBackAsync(CancellationTokenSource source)
    {
        await Order.Current.StepAsync();
        ExecuteCallbackHandlers(source, throwOnFirstException: false);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TransitionToCancellationRequested")]
    private static extern bool TransitionToCancellationRequested(CancellationTokenSource source);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteCallbackHandlers")]
    private static extern void ExecuteCallbackHandlers(CancellationTokenSource source, bool throwOnFirstException);
}
