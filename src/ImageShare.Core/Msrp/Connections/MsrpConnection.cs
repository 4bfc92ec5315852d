using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// One connection and the sessions bound to it (RFC 4975 §5.4). A reader loop owns everything incoming, a writer loop everything
/// outgoing; they meet in the queue of responses and in the rings of open transactions. The stream is released when both
/// have ended, by nobody else.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The token source may be cancelled from any thread at any time and holds no timer: there is nothing to dispose and no safe time to do it.")]
internal sealed partial class MsrpConnection
{
    /// <summary>How long the last bytes may take to leave before the connection is dropped.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private readonly MsrpEndpoint _endpoint;
    private readonly IStreamConnection _stream;
    private readonly AsyncSignal _wake = new();
    private readonly AsyncSignal _drained = new();
    private readonly ControlQueue _control = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BoundSessions<MsrpSession> _bound = new();
    private readonly ITimer _unboundTimer;
    private readonly ITimer? _idleTimer;
    private ImmutableArray<OutgoingTransfer> _transfers = [];
    private long _lastActivity;
    private long _unboundSince;
    private int _endReason = -1;
    private int _countsAsBound;
    private volatile bool _closing;
    private volatile bool _forced;
    private volatile bool _readerEnded;

    public MsrpConnection(MsrpEndpoint endpoint, IStreamConnection stream, bool accepted)
    {
        _endpoint = endpoint;
        _stream = stream;
        _decoder = new MsrpDecoder(endpoint.Options.Limits);
        IsAccepted = accepted;
        RemoteEndPoint = stream.RemoteEndPoint;
        TimeProvider time = endpoint.Options.TimeProvider;
        _lastActivity = _unboundSince = time.GetTimestamp();
        _unboundTimer = time.CreateTimer(static state => ((MsrpConnection)state!).CheckBound(), this, Options.BindTimeout, Timeout.InfiniteTimeSpan);
        if (Options.IdleTimeout is { } idle)
        {
            _idleTimer = time.CreateTimer(static state => ((MsrpConnection)state!).CheckIdle(), this, idle, Timeout.InfiniteTimeSpan);
        }

        if (Options.ProgressInterval is { } interval)
        {
            _progressTimer = time.CreateTimer(static state => ((MsrpConnection)state!).CheckProgress(), this, interval, interval);
        }
    }

    public MsrpEndpointOptions Options => _endpoint.Options;

    public ILogger Logger => _endpoint.Logger;

    public IPEndPoint RemoteEndPoint { get; }

    public bool IsAccepted { get; }

    /// <summary>Whether a session was ever bound here.</summary>
    public bool WasEverBound => _bound.WasEverBound;

    /// <summary>Whether no further session may be bound here.</summary>
    public bool IsClosing => _closing;

    /// <summary>Done when the connection is released and all its sessions know.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What to wait for after a session was let go: the end of the connection if it goes with it.</summary>
    public Task WhenReleased => _closing ? Ended : Task.CompletedTask;

    public void Start() => _ = RunAsync();

    /// <summary>Wakes the writer loop. For any thread.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Binds a session to this connection; false when the connection is closing.</summary>
    public bool TryAttach(MsrpSession session)
    {
        if (_closing || !_bound.TryJoin(session))
        {
            return false;
        }

        NoLongerUnbound();
        return true;
    }

    /// <summary>
    /// Lets a session go. Behind the last one a connection that this side opened closes. One that the peer opened stays open for
    /// <see cref="MsrpEndpointOptions.LingerTime"/>: requests of further sessions of the peer may be on their way, and only the peer knows which
    /// sessions it has bound here (RFC 4975 §5.4).
    /// </summary>
    public void Detach(MsrpSession session)
    {
        foreach (OutgoingTransfer transfer in _transfers)
        {
            if (transfer.Session == session)
            {
                transfer.Stop(TransferStop.SessionClosed);
            }
        }

        SessionDeparture departure = _bound.Leave(session, closesBehindLast: !IsAccepted);
        ForgetProgress(session);
        if (departure == SessionDeparture.LastLeft && !IsAccepted)
        {
            End(MsrpSessionEndReason.Closed, force: false);
            return;
        }

        if (departure == SessionDeparture.LastLeft)
        {
            Volatile.Write(ref _unboundSince, Options.TimeProvider.GetTimestamp());
            _unboundTimer.Change(Options.LingerTime, Timeout.InfiniteTimeSpan);
        }

        // The reader loop has to give up what it was receiving.
        _stream.Input.CancelPendingRead();
    }

    /// <summary>
    /// Ends the connection: with what waits to be written still written, or, forced, at once. For any thread.
    /// </summary>
    public void End(MsrpSessionEndReason reason, bool force)
    {
        Interlocked.CompareExchange(ref _endReason, (int)reason, -1);
        _closing = true;
        _bound.Close();
        if (force)
        {
            _forced = true;
            _stream.Output.CancelPendingFlush();
            _lifetime.Cancel();
        }

        _stream.Input.CancelPendingRead();
        _wake.Set();
        _drained.Set();
    }

    /// <summary>Drops the connection with all that has not left, if no session is bound to it and none can come. For any thread.</summary>
    public void DropUnlessShared()
    {
        if (!IsAccepted && _bound.Inside.IsEmpty)
        {
            End(MsrpSessionEndReason.Closed, force: true);
        }
    }

    private void NoLongerUnbound()
    {
        if (IsAccepted && Interlocked.Exchange(ref _countsAsBound, 1) == 0)
        {
            _endpoint.NoLongerUnbound(this);
        }
    }

    private void Touch() => Volatile.Write(ref _lastActivity, Options.TimeProvider.GetTimestamp());

    // Nobody has bound it in time, or nobody has come behind the last session.
    private void CheckBound()
    {
        bool lingers = WasEverBound;
        TimeSpan limit = lingers ? Options.LingerTime : Options.BindTimeout;
        TimeSpan unbound = Options.TimeProvider.GetElapsedTime(Volatile.Read(ref _unboundSince));
        if (unbound < limit || (lingers && _endpoint.AwaitsSessions))
        {
            _unboundTimer.Change(unbound < limit ? limit - unbound : limit, Timeout.InfiniteTimeSpan);
        }
        else if (_bound.TryCloseEmpty())
        {
            End(lingers ? MsrpSessionEndReason.Closed : MsrpSessionEndReason.BindTimeout, force: !lingers);
        }
    }

    private void CheckIdle()
    {
        TimeSpan limit = Options.IdleTimeout!.Value;
        if (RelayedFor is { IsUsed: false })
        {
            Touch();
        }

        TimeSpan idle = Options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastActivity));
        if (idle >= limit)
        {
            End(MsrpSessionEndReason.Idle, force: true);
        }
        else
        {
            _idleTimer!.Change(limit - idle, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync()
    {
        // Off the caller's thread: it may be the loop that accepts.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task writing = WriteLoopAsync();
        MsrpSessionEndReason reason = await ReadLoopAsync().ConfigureAwait(false);
        reason = _endReason >= 0 ? (MsrpSessionEndReason)_endReason : reason;
        _closing = true;
        _bound.Close();
        ImmutableArray<OutgoingTransfer> unfinished = _transfers;
        if (reason != MsrpSessionEndReason.Closed)
        {
            // Nobody is left to send to.
            StopTransfers();
        }

        _readerEnded = true;
        _readingEnded.TrySetResult();
        if (reason is not (MsrpSessionEndReason.Closed or MsrpSessionEndReason.PeerClosed or MsrpSessionEndReason.ProtocolError))
        {
            End(reason, force: true);
        }

        _wake.Set();
        try
        {
            await writing.WaitAsync(DrainTime, Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The peer does not read: what is left will not arrive.
            End(reason, force: true);
            await writing.ConfigureAwait(false);
        }

        _unboundTimer.Dispose();
        _idleTimer?.Dispose();
        _progressTimer?.Dispose();
        if (_forced)
        {
            _stream.Abort();
        }

        await _stream.DisposeAsync().ConfigureAwait(false);

        // Only now that nobody uses them: the buffers go back, and what was not flushed is not to be.
        await _stream.Input.CompleteAsync().ConfigureAwait(false);
        await _stream.Output.CompleteAsync(new IOException("The connection was closed.")).ConfigureAwait(false);
        await EndSessionsAsync(reason, unfinished).ConfigureAwait(false);
        NoLongerUnbound();
        _endpoint.Remove(this);
        MsrpDecodeReason fault = _decoder.Error?.Reason ?? MsrpDecodeReason.None;
        ImageShareTelemetry.MsrpConnectionEnded(reason, fault, WasEverBound);
        MsrpLog.ConnectionEnded(_endpoint.Logger, reason, fault);
        _ended.TrySetResult();
    }

    private void StopTransfers()
    {
        foreach (OutgoingTransfer transfer in _transfers)
        {
            transfer.Stop(TransferStop.ConnectionLost);
        }
    }

    private async Task EndSessionsAsync(MsrpSessionEndReason reason, ImmutableArray<OutgoingTransfer> stopped)
    {
        foreach (OutgoingTransfer transfer in _transfers)
        {
            transfer.Stop(TransferStop.ConnectionLost);
            transfer.Finish();
        }

        ImmutableArray<MsrpSession> sessions = _bound.TakeAll();
        HashSet<MsrpSession> cutOff = [.. stopped.Select(t => t.Session), .. _everBound.Where(s => s.Incoming.IsOpen)];
        foreach (MsrpSession session in _everBound)
        {
            await session.Incoming.AbortAsync(session.IsOver ? MsrpAbortReason.SessionClosed : MsrpAbortReason.ConnectionLost).ConfigureAwait(false);
        }

        foreach (MsrpSession session in sessions)
        {
            // An orderly end in the middle of something is a loss to whom it concerns.
            bool lost = reason == MsrpSessionEndReason.PeerClosed && (_wasCutOff || cutOff.Contains(session));
            session.End(lost ? MsrpSessionEndReason.ConnectionLost : reason);
        }
    }
}
