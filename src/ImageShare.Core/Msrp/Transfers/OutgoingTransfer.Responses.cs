namespace ImageShare.Core.Msrp.Transfers;

/// <summary>What the peer makes of the message: its responses and reports, or their absence.</summary>
internal sealed partial class OutgoingTransfer
{
    private long _reportedBefore = -1;
    private long _reportedAt;
    private long _answeredAt = long.MinValue;
    private bool _isLate;

    /// <summary>Whether a response is the one that is to be expected next. For the reader loop.</summary>
    public bool Expects(TransactionKey key) => _open.IsNext(key);

    /// <summary>Whether responses have yet to come. For the reader loop.</summary>
    public bool ExpectsAnswers => !(_allWritten && _open.IsEmpty) && StopReason == TransferStop.None;

    /// <summary>Takes a response when it is the one to be expected next, and a good one: nearly all are. For the reader loop.</summary>
    public bool TryAnswerNext(TransactionKey key, int status) => status is >= 200 and < 300 && _open.TryAnswerNext(key);

    /// <summary>Whether a response is one that is waited for. For the reader loop.</summary>
    public bool HasOpen(TransactionKey key) => _open.Contains(key);

    /// <summary>Takes a response. For the reader loop.</summary>
    /// <returns>Whether it belongs to this transfer.</returns>
    public bool TryAnswer(TransactionKey key, int status)
    {
        if (!_open.Contains(key))
        {
            return false;
        }

        if (status is >= 200 and < 300)
        {
            _open.TryAnswer(key);
        }
        else
        {
            Refuse(status);
        }

        return true;
    }

    /// <summary>Takes the status of a REPORT on this message; a code means what it means in a response (RFC 4975 §7.3.2). For the reader loop.</summary>
    public void Report(ByteRange? range, int status)
    {
        if (status is < 200 or >= 300)
        {
            Refuse(status);
        }
        else if (_chunker.Headers.SuccessReport)
        {
            // A range we never sent says nothing.
            ByteRange all = range ?? new ByteRange(1, _chunker.Total, _chunker.Total);
            long end = Math.Min(all.End ?? _chunker.Total, _chunker.Total);
            if (end >= all.Start && _reported.Count < 1024)
            {
                _reported.Add(all.Start - 1, end - all.Start + 1);
            }
        }
    }

    /// <summary>The responses that have come are all taken in. For the reader loop.</summary>
    public void EndOfBatch()
    {
        long acknowledged = _open.Acknowledged;
        if (acknowledged != _progressed)
        {
            _progressed = acknowledged;
            Volatile.Write(ref _answeredAt, _connection.Options.TimeProvider.GetTimestamp());
            _progress?.Report(acknowledged);
        }

        if (_allWritten && _open.IsEmpty && StopReason == TransferStop.None && (!_waitsForReport || _reported.CoversAll(_chunker.Total)))
        {
            Finish();
            return;
        }

        // The writer loop raises its sign and looks for room; here room was made, and the sign is looked at.
        Interlocked.MemoryBarrier();
        if (_waitsForWindow && _open.HasRoomAgain)
        {
            _connection.Wake();
        }
    }

    // When every byte is answered, nothing but reports says that the peer goes on: without a new one for as long as a connection may lie still, none will
    // come, whatever else the peer sends.
    private bool IsReportOverdue(long now)
    {
        if (!LacksOnlyTheReport || _connection.Options.IdleTimeout is not { } limit)
        {
            return false;
        }

        long covered = _reported.Covered;
        if (covered != _reportedBefore)
        {
            (_reportedBefore, _reportedAt) = (covered, now);
        }

        return _connection.Options.TimeProvider.GetElapsedTime(_reportedAt, now) >= limit;
    }

    private bool LacksOnlyTheReport => _waitsForReport && _allWritten && _open.IsEmpty && _open.Acknowledged == _chunker.Total;

    private void Refuse(int status)
    {
        // 408 comes from a relay and is what our own timer would have said (RFC 4975 §10.4).
        Stop(status == 408 ? TransferStop.TimedOut : TransferStop.Refused, status);
    }

    private void CheckTimeout()
    {
        TimeProvider time = _connection.Options.TimeProvider;
        TimeSpan transaction = _connection.Options.TransactionTimeout;
        TimeSpan limit = _connection.Options.StandstillTimeout ?? transaction;
        long now = time.GetTimestamp();
        TimeSpan waited = TimeSpan.Zero;
        if (_open.OldestSentAt is { } sentAt)
        {
            // Where a standstill is what counts, the peer is there as long as it answers others, and only slower than what lies in the buffers between.
            long since = _connection.Options.StandstillTimeout is null ? sentAt : Math.Max(sentAt, Volatile.Read(ref _answeredAt));
            waited = time.GetElapsedTime(since, now);
        }

        TimeSpan flushing = _connection.FlushingSince is { } begun ? time.GetElapsedTime(begun, now) : TimeSpan.Zero;
        if (flushing >= limit)
        {
            // The peer does not even read: there is no use in waiting for the writer loop.
            Stop(TransferStop.TimedOut);
            Finish();
        }
        else if (waited >= limit)
        {
            Stop(TransferStop.TimedOut);
        }
        else if (IsReportOverdue(now))
        {
            Stop(TransferStop.ConnectionLost);
        }
        else
        {
            TimeSpan longest = waited > flushing ? waited : flushing;
            if (longest >= transaction && !_isLate)
            {
                MsrpLog.AnswersLate(_connection.Logger, longest, limit);
            }

            _isLate = longest >= transaction;
            _timeout.Change(_isLate ? limit - longest : transaction - longest, Timeout.InfiniteTimeSpan);
        }
    }
}
