namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Divides the memory an endpoint spends on outgoing transfers: the more there are at a time, the fewer chunks each may have in flight and the less it reads
/// ahead. Any thread may call any member.
/// </summary>
internal sealed class TransferBudget
{
    /// <summary>Chunks in flight at most: nearly 16 MiB of 2048 bytes, more than the system buffers for a connection.</summary>
    public const int LargestWindow = 8191;

    /// <summary>The same on a path with relays, which have to buffer them: nearly 4 MiB.</summary>
    private const int LargestWindowOverRelays = 2047;

    private const int SmallestWindow = 127;

    /// <summary>Chunks in flight of all transfers together, once they are many.</summary>
    private const int TotalWindow = 32 * 1024;

    /// <summary>Bytes read ahead by all transfers together.</summary>
    private const long TotalReadAhead = 2 * 1024 * 1024;

    private int _transfers;

    /// <summary>A transfer begins; <see cref="Leave"/> ends it.</summary>
    /// <param name="path">The path of its chunks.</param>
    /// <returns>What it may use, given how many there are now.</returns>
    public Allowance Enter(MsrpPath path)
    {
        int transfers = Interlocked.Increment(ref _transfers);
        int largest = path.Uris.Length > 1 ? LargestWindowOverRelays : LargestWindow;
        return new Allowance(Math.Clamp(TotalWindow / transfers, SmallestWindow, largest), TotalReadAhead / transfers);
    }

    /// <summary>A transfer has ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _transfers);

    /// <summary>What one transfer may use.</summary>
    /// <param name="Window">Chunks in flight.</param>
    /// <param name="ReadAhead">Bytes read ahead of the wire.</param>
    internal readonly record struct Allowance(int Window, long ReadAhead);
}
