using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Keeps a transfer to a rate: a bucket that fills at the rate and may be overdrawn by one piece. Says how much may be written now, and when more may.
/// For the writer loop.
/// </summary>
internal sealed class SendingRate
{
    /// <summary>The bucket holds what flows in a twentieth of a second, so that the flow stays even.</summary>
    private const int BurstsPerSecond = 20;

    private const int LargestPiece = 64 * 1024;

    private readonly long _bytesPerSecond;
    private readonly TimeProvider _time;
    private double _level;
    private long _filledAt;

    public SendingRate(long bytesPerSecond, TimeProvider time)
    {
        _bytesPerSecond = bytesPerSecond;
        _time = time;
        _filledAt = time.GetTimestamp();
        _level = Burst;
    }

    private double Burst => Math.Max((double)_bytesPerSecond / BurstsPerSecond, 1);

    /// <summary>When some may be written again, if none may now; a timestamp.</summary>
    public long? RestsUntil => _level > 0 ? null : _filledAt + (long)Math.Ceiling((-_level + 1) / _bytesPerSecond * _time.TimestampFrequency);

    /// <summary>How many bytes may be written now at most; 0 when none may, see <see cref="RestsUntil"/>.</summary>
    public int GetAllowed(int wanted)
    {
        long now = _time.GetTimestamp();
        _level = Math.Min(Burst, _level + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _bytesPerSecond));
        _filledAt = now;
        return _level > 0 ? Math.Min(wanted, (int)Math.Clamp(_bytesPerSecond / BurstsPerSecond, MsrpChunker.UninterruptibleSize, LargestPiece)) : 0;
    }

    /// <summary>Bytes were written.</summary>
    public void Consume(int count) => _level -= count;
}
