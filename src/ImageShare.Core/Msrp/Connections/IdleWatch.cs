using ImageShare.Core.Msrp.Writing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Ends a connection on which nothing was read and nothing flushed for the idle timeout. Any thread may call any member.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan? _limit;
    private readonly ConnectionOrigin _origin;
    private readonly WriterLoop _writer;
    private readonly ConnectionEnd _end;
    private readonly ITimer? _timer;
    private long _readAt;

    public IdleWatch(ConnectionSettings settings, ConnectionOrigin origin, WriterLoop writer, ConnectionEnd end)
    {
        _time = settings.TimeProvider;
        _limit = settings.IdleTimeout;
        _origin = origin;
        _writer = writer;
        _end = end;
        _readAt = _time.GetTimestamp();
        _timer = _limit is { } limit
            ? _time.CreateTimer(static state => ((IdleWatch)state!).Check(), this, limit, Timeout.InfiniteTimeSpan)
            : null;
    }

    /// <summary>Something was read.</summary>
    public void Touch() => Volatile.Write(ref _readAt, _time.GetTimestamp());

    public void Dispose() => _timer?.Dispose();

    private void Check()
    {
        if (_origin.RelayedFor is { IsUsed: false })
        {
            Touch();
        }

        TimeSpan limit = _limit!.Value;
        TimeSpan idle = _time.GetElapsedTime(Math.Max(Volatile.Read(ref _readAt), _writer.FlushedAt));
        if (idle >= limit)
        {
            _end.End(MsrpSessionEndReason.Idle, force: true);
        }
        else
        {
            _timer!.Change(limit - idle, Timeout.InfiniteTimeSpan);
        }
    }
}
