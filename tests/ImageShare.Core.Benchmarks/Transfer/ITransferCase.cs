namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>One way to move octets over loopback, both ends in this process.</summary>
internal interface ITransferCase
{
    string Name { get; }

    /// <summary>Moves so many octets and returns when the receiver has them all.</summary>
    Task RunAsync(long octets);

    static void Check(long received, long expected)
    {
        if (received != expected)
        {
            throw new InvalidOperationException($"Received {received} octets of {expected}: this run measures nothing.");
        }
    }
}
