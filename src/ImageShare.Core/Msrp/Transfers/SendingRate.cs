namespace ImageShare.Core.Msrp.Transfers;

/// <summary>Keeps a transfer to a rate: says how much may be written now, and wakes the writer loop when more may. For the writer loop.</summary>
internal sealed class SendingRate : IDisposable
{
    private readonly RateLimit _limit;
    private readonly ITimer _timer;

    public SendingRate(long bytesPerSecond, TimeProvider time, WriterState writer)
    {
        _limit = new RateLimit(bytesPerSecond, time);
        _timer = time.CreateTimer(static state => ((WriterState)state!).Wake(), writer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many bytes may be written now at most; 0 when none may, and the writer loop is woken later.</summary>
    public int GetAllowed(int wanted)
    {
        TimeSpan wait = _limit.WaitTime();
        if (wait > TimeSpan.Zero)
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
            return 0;
        }

        return Math.Min(wanted, _limit.Piece);
    }

    /// <summary>Bytes were written.</summary>
    public void Take(int count) => _limit.Take(count);

    public void Dispose() => _timer.Dispose();
}
