using System.Net;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// What the writer loop of one connection shares with the transfers it writes. <see cref="TransactionIds"/> belongs to the writer loop; everything else may be
/// used by any thread.
/// </summary>
internal sealed class WriterState(IPEndPoint local, IPEndPoint remote)
{
    private const long NotFlushing = long.MinValue;

    private readonly AsyncSignal _wake = new();
    private long _flushingSince = NotFlushing;
    private int _hasStopped;

    /// <summary>This end of the connection.</summary>
    public IPEndPoint Local => local;

    /// <summary>The other end of the connection.</summary>
    public IPEndPoint Remote => remote;

    /// <summary>Generates the transaction ids of chunks.</summary>
    public TransactionIds TransactionIds { get; } = new();

    /// <summary>When the flush in progress began; null when there is none.</summary>
    public long? FlushingSince => Volatile.Read(ref _flushingSince) is var since and not NotFlushing ? since : null;

    /// <summary>Wakes the writer loop: there is something to write, or to look at.</summary>
    /// <param name="inline">Whether the loop may run inside this call, see <see cref="AsyncSignal.Set"/>.</param>
    public void Wake(bool inline = false) => _wake.Set(inline);

    /// <summary>Wakes the writer loop for a transfer that was stopped: even if its rate allows nothing now, the peer is told at once.</summary>
    public void WakeForStop()
    {
        Volatile.Write(ref _hasStopped, 1);
        Wake();
    }

    /// <summary>Whether a transfer was stopped since the last call. For the writer loop.</summary>
    public bool TakeHasStopped() => Volatile.Read(ref _hasStopped) != 0 && Interlocked.Exchange(ref _hasStopped, 0) != 0;

    /// <summary>Waits until <see cref="Wake"/> is called. For the writer loop.</summary>
    public ValueTask WaitAsync() => _wake.WaitAsync();

    /// <summary>A flush begins. For the writer loop.</summary>
    public void BeginFlush(long now) => Volatile.Write(ref _flushingSince, now);

    /// <summary>The flush has ended. For the writer loop.</summary>
    public void EndFlush() => Volatile.Write(ref _flushingSince, NotFlushing);
}
