using System.IO.Pipelines;
using ImageShare.Core.Interleavings.Orders;

namespace ImageShare.Core.Interleavings.Rewriting;

/// <summary>What waits for a pipe goes on as a step.</summary>
internal sealed class OrderPipeScheduler : PipeScheduler
{
    public static OrderPipeScheduler Instance { get; } = new();

    public override void Schedule(Action<object?> action, object? state) => Order.Current.Post(() => action(state), state);
}
