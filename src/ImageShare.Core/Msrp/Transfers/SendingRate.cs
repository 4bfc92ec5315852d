using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Keeps a transfer to a rate: a bucket that fills at the rate and may be overdrawn by one piece. Says how much may be written now, and wakes the writer loop when
/// more may. For the writer loop.
/// </summary>
internal sealed class SendingRate : IDisposable
{
    /// <summary>The bucket holds what flows in a twentieth of a second, so that the flow stays even.</summary>
    private const int BurstsPerSecond = 20;

    private const int LargestPiece = 64 * 1024;

    private readonly long _bytesPerSecond;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private double _level;
    private long _filledAt;

    public SendingRate(long bytesPerSecond, TimeProvider time, WriterState writer)
    {
        _bytesPerSecond = bytesPerSecond;
        _time = time;
        _filledAt = time.GetTimestamp();
        _level = Burst;
        _timer = time.CreateTimer(static state => ((WriterState)state!).Wake(), writer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private double Burst => Math.Max((double)_bytesPerSecond / BurstsPerSecond, 1);

    /// <summary>How many bytes may be written now at most; 0 when none may, and the writer loop is woken later.</summary>
    public int GetAllowed(int wanted)
    {
        long now = _time.GetTimestamp();
        _level = Math.Min(Burst, _level + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _bytesPerSecond));
        _filledAt = now;
        if (_level > 0)
        {
            return Math.Min(wanted, (int)Math.Clamp(_bytesPerSecond / BurstsPerSecond, MsrpChunker.UninterruptibleSize, LargestPiece));
        }

        _timer.Change(TimeSpan.FromSeconds((-_level + 1) / _bytesPerSecond), Timeout.InfiniteTimeSpan);
        return 0;
    }

    /// <summary>Bytes were written.</summary>
    public void Consume(int count) => _level -= count;

    public void Dispose() => _timer.Dispose();
}
