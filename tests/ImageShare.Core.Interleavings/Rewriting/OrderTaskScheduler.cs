using ImageShare.Core.Interleavings.Orders;

namespace ImageShare.Core.Interleavings.Rewriting;

/// <summary>Runs each task as a step.</summary>
internal sealed class OrderTaskScheduler : TaskScheduler
{
    public static OrderTaskScheduler Instance { get; } = new();

    protected override void QueueTask(Task task) => Order.Current.Post(() => TryExecuteTask(task), task);

    // Only what asks to run inside the call that completes its antecedent.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task>? GetScheduledTasks() => null;
}
