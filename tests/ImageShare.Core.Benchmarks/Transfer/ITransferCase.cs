namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>One way to move octets over loopback. The two ends may live in two processes: all that passes between them is an address.</summary>
internal interface ITransferCase
{
    string Name { get; }

    /// <summary>What the figures of this case are compared with.</summary>
    string Baseline { get; }

    /// <summary>Of the octets of the other cases only one in so many is sent: this case is as much slower.</summary>
    int Part => 1;

    /// <summary>Opens the receiving end.</summary>
    Task<ITransferReceiver> ListenAsync(long octets);

    /// <summary>Sends so many octets and returns when the receiver has them all.</summary>
    Task SendAsync(string address, long octets);

    static void Check(long received, long expected, string what = "octets")
    {
        if (received != expected)
        {
            throw new InvalidOperationException($"Received {received} {what} of {expected}: this run measures nothing.");
        }
    }
}

/// <summary>The receiving end of a case.</summary>
internal interface ITransferReceiver : IAsyncDisposable
{
    /// <summary>Where the sender finds it.</summary>
    string Address { get; }

    /// <summary>Done when every octet has come, been hashed and been written; faulted when some are missing.</summary>
    Task Completion { get; }
}
