namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Stops a transfer if its responses do not arrive (RFC 4975 §7.1.1) or arrive too slowly, if the peer does not read its chunks, or if an awaited
/// success report is overdue. Runs on a timer; <see cref="MarkAnswered"/> is for the reader loop.
/// </summary>
internal sealed class ResponseWatch : IDisposable
{
    private readonly OutgoingTransfer _transfer;
    private readonly OpenTransactions _open;
    private readonly SuccessReports _reports;
    private readonly WriterState _writer;
    private readonly TransferSettings _settings;
    private readonly ITimer _timer;
    private long _answeredAt = long.MinValue;
    private readonly string? _logId;
    private bool _isLate;

    // What was acknowledged at the last check of the rate, and when. Used only by the timer.
    private (long Bytes, long At) _mark;

    public ResponseWatch(OutgoingTransfer transfer, OpenTransactions open, SuccessReports reports, WriterState writer, TransferSettings settings, string? logId)
    {
        _transfer = transfer;
        _open = open;
        _reports = reports;
        _writer = writer;
        _settings = settings;
        _logId = logId;
        _mark = (0, settings.TimeProvider.GetTimestamp());
        _timer = settings.TimeProvider.CreateTimer(static state => ((ResponseWatch)state!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(Earlier(settings.TransactionTimeout, UntilNextMark(_mark.At)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes were acknowledged.</summary>
    public void MarkAnswered() => Volatile.Write(ref _answeredAt, _settings.TimeProvider.GetTimestamp());

    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        TimeSpan limit = _settings.StandstillTimeout ?? _settings.TransactionTimeout;
        long now = _settings.TimeProvider.GetTimestamp();
        TimeSpan waited = GetWaited(now);
        TimeSpan flushing = _writer.FlushingSince is { } begun ? _settings.TimeProvider.GetElapsedTime(begun, now) : TimeSpan.Zero;
        if (flushing >= limit)
        {
            // The peer does not read: the writer loop cannot write the end of the message.
            _transfer.Stop(TransferStop.TimedOut);
            _transfer.Finish();
        }
        else if (waited >= limit || IsTooSlow(now))
        {
            _transfer.Stop(TransferStop.TimedOut);
        }
        else if (IsReportOverdue(now))
        {
            _transfer.Stop(TransferStop.ConnectionLost);
        }
        else
        {
            CheckAgainAfter(waited > flushing ? waited : flushing, limit, now);
        }
    }

    // How long the oldest unanswered chunk has waited.
    private TimeSpan GetWaited(long now)
    {
        if (_open.OldestSentAt is not { } sentAt)
        {
            return TimeSpan.Zero;
        }

        // With a standstill timeout, a peer that answers other chunks is alive; this one waits in buffers on the way.
        long since = _settings.StandstillTimeout is null ? sentAt : Math.Max(sentAt, Volatile.Read(ref _answeredAt));
        return _settings.TimeProvider.GetElapsedTime(since, now);
    }

    // A transfer that gains almost nothing would never end. If the peer answers at once, this side is the slow one.
    private bool IsTooSlow(long now)
    {
        if (_settings.ProgressInterval is not { } interval || UntilNextMark(now) > TimeSpan.Zero)
        {
            return false;
        }

        long gained = _open.Acknowledged - _mark.Bytes;
        _mark = (_open.Acknowledged, now);
        return gained < _settings.MinProgressBytes && _open.OldestSentAt is { } sentAt && _settings.TimeProvider.GetElapsedTime(sentAt, now) >= interval / 2;
    }

    private TimeSpan UntilNextMark(long now) =>
        _settings.ProgressInterval is { } interval ? interval - _settings.TimeProvider.GetElapsedTime(_mark.At, now) : Timeout.InfiniteTimeSpan;

    private static TimeSpan Earlier(TimeSpan due, TimeSpan other) => other != Timeout.InfiniteTimeSpan && other < due ? other : due;

    // When every byte is acknowledged, only reports show progress. If none arrives for as long as a connection may be idle, none is expected any more,
    // whatever else the peer sends.
    private bool IsReportOverdue(long now) =>
        _transfer.LacksOnlyTheReport && _settings.ReportTimeout is { } limit && _reports.IsOverdue(_settings.TimeProvider, now, limit);

    private void CheckAgainAfter(TimeSpan waited, TimeSpan limit, long now)
    {
        TimeSpan transaction = _settings.TransactionTimeout;
        if (waited >= transaction && !_isLate)
        {
            TransferLog.AnswersLate(_settings.Logger, _logId, waited, limit);
        }

        _isLate = waited >= transaction;
        _timer.Change(Earlier(_isLate ? limit - waited : transaction - waited, UntilNextMark(now)), Timeout.InfiniteTimeSpan);
    }
}
