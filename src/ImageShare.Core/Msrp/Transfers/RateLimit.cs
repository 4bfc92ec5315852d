using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>Spreads bytes over time: a bucket that fills at the rate and may be overdrawn by one piece.</summary>
internal sealed class RateLimit
{
    private readonly long _bytesPerSecond;
    private readonly TimeProvider _time;
    private double _level;
    private long _filledAt;

    public RateLimit(long bytesPerSecond, TimeProvider time)
    {
        _bytesPerSecond = bytesPerSecond;
        _time = time;
        _filledAt = time.GetTimestamp();
        _level = Burst;
    }

    /// <summary>The most bytes to take at a time, so that the flow stays even.</summary>
    public int Piece => (int)Math.Clamp(_bytesPerSecond / 20, MsrpChunker.UninterruptibleSize, 64 * 1024);

    private double Burst => Math.Max(_bytesPerSecond / 20.0, 1);

    /// <summary>How long to wait until bytes may be taken; zero when they may now.</summary>
    public TimeSpan WaitTime()
    {
        long now = _time.GetTimestamp();
        _level = Math.Min(Burst, _level + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _bytesPerSecond));
        _filledAt = now;
        return _level > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((-_level + 1) / _bytesPerSecond);
    }

    public void Take(long bytes) => _level -= bytes;
}
