namespace ImageShare.Core.Interleavings.Orders;

/// <summary>Where awaits of one step come back to: each continuation is a step of its own.</summary>
internal sealed class OrderContext(Order order) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => order.Post(() => d(state), state ?? d);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may wait for a step.");

    public override SynchronizationContext CreateCopy() => new OrderContext(order);
}
