using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>One connection and the sessions bound to it (RFC 4975 §5.4).</summary>
/// <remarks>
/// <para>
/// Two loops run on it. The reader loop owns everything incoming: the decoder, the handlers of requests and responses, and the receiving half of each session
/// bound here. The writer loop owns everything outgoing: the output of the stream and the chunks of each transfer. They meet in three places: the queue of answers,
/// which the reader fills and the writer empties; the ring of open transactions of each transfer, which the writer fills and the reader empties; and the end of
/// the connection, which either may begin.
/// </para>
/// <para>
/// All members may be called by any thread at any time, and overlap, but <see cref="Start"/>: once, first. No member waits for a loop. A receiver of a session runs
/// inside the reader loop; it may call any member and must not wait for <see cref="Ended"/>.
/// </para>
/// <para>The stream is released only when both loops have ended.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "It releases its resources when both loops have ended.")]
internal sealed class MsrpConnection
{
    private readonly ConnectionContext _context;
    private readonly IStreamConnection _stream;

    // The sessions bound here, and the requests that belong to none.
    private readonly BoundSessions<SessionBinding> _bound = new();
    private readonly OwnRequests _requests;

    // The two loops.
    private readonly ReaderLoop _reader;
    private readonly WriterLoop _writer;

    // What ends it: an order, or one of the watches.
    private readonly ConnectionEnd _end;
    private readonly IdleWatch _idle;
    private readonly BindWatch _bindWatch;
    private readonly ProgressWatch _progress;
    private readonly KeepAlive? _keepAlive;

    public MsrpConnection(ConnectionContext context, IStreamConnection stream, ConnectionOrigin origin)
    {
        ConnectionSettings settings = context.Settings;
        _context = context;
        _stream = stream;
        Origin = origin;
        RemoteEndPoint = stream.RemoteEndPoint;
        _writer = new WriterLoop(stream.Output, stream.LocalEndPoint, RemoteEndPoint, settings.Transfers);
        _end = new ConnectionEnd(stream, _writer, _bound);
        _idle = new IdleWatch(settings, origin, _writer, _end);
        _bindWatch = new BindWatch(context, _bound, _end, origin.IsAccepted ? RemoteEndPoint.Address : null);
        _requests = new OwnRequests(_writer, settings.Transfers, Ended);
        var sessions = new HeardSessions(this, context, _end);
        var responses = new ResponseHandler(_writer.Transfers, _requests, _bound);
        var progress = new ReadProgress();
        _reader = new ReaderLoop(stream, context, sessions, responses, _writer, _idle, _end, progress);
        _progress = new ProgressWatch(settings, progress, _bound, _end);
        _keepAlive = settings.Transfers.KeepAliveInterval is { } interval ? new KeepAlive(_writer, settings.Transfers, interval, FindPaths) : null;
    }

    /// <summary>How it was opened, and what TLS showed about the other end.</summary>
    public ConnectionOrigin Origin { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>What transfers need of the writer loop.</summary>
    public WriterState Writer => _writer.State;

    /// <summary>Whether the peer has stopped reading: another session on this connection would have to wait.</summary>
    public bool IsStuck => _writer.IsStuck;

    /// <summary>Done when the connection is released and all its sessions have ended.</summary>
    public Task Ended => _end.Ended;

    /// <summary>What to wait for after a session has left: the end of the connection, if it closes with the session.</summary>
    public Task WhenReleased => _end.IsClosing ? Ended : Task.CompletedTask;

    /// <summary>Starts the loops.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>Binds a session to this connection; false when the connection is closing.</summary>
    public bool TryAttach(SessionBinding session)
    {
        if (_end.IsClosing || !_bound.TryJoin(session))
        {
            return false;
        }

        _writer.LogId = session.LogId ?? _writer.LogId;
        _bindWatch.NoLongerUnbound();
        return true;
    }

    /// <summary>
    /// Removes a session. After the last one, a connection opened by this side closes. One opened by the peer stays open for
    /// <see cref="ConnectionSettings.LingerTime"/>: requests of further sessions may be in flight, and only the peer knows which sessions it binds
    /// here (RFC 4975 §5.4).
    /// </summary>
    public void Detach(SessionBinding session)
    {
        foreach (OutgoingTransfer transfer in session.Outgoing)
        {
            transfer.Stop(TransferStop.SessionClosed);
        }

        SessionDeparture departure = _bound.Leave(session, closesBehindLast: !Origin.IsAccepted);
        _progress.Forget(session);
        if (departure == SessionDeparture.LastLeft && !Origin.IsAccepted)
        {
            End(MsrpSessionEndReason.Closed, force: false);
            return;
        }

        if (departure == SessionDeparture.LastLeft)
        {
            _bindWatch.Linger();
        }

        // The reader loop must abort what it was receiving.
        _stream.Input.CancelPendingRead();
    }

    /// <summary>Ends the connection: after queued bytes are written, or at once if forced.</summary>
    public void End(MsrpSessionEndReason reason, bool force) => _end.End(reason, force);

    /// <summary>Resets the connection without writing queued bytes, if no session is bound to it and none can be.</summary>
    public void DropUnlessShared()
    {
        if (!Origin.IsAccepted && _bound.Inside.IsEmpty)
        {
            End(MsrpSessionEndReason.Closed, force: true);
        }
    }

    /// <summary>Adds a message; the writer loop starts it when it has bytes.</summary>
    public void Add(OutgoingTransfer transfer)
    {
        _writer.Transfers.Add(transfer);
        if (_writer.HasEnded || _end.IsClosing)
        {
            transfer.Stop(TransferStop.ConnectionLost);
        }
        else
        {
            // A short message that is alone leaves inside this call: that is cheaper than to wake another thread for one system call.
            _writer.State.Wake(inline: transfer.IsShort && _writer.Transfers.All.Length == 1);
        }
    }

    /// <summary>Removes a message that has its result.</summary>
    public void Remove(OutgoingTransfer transfer) => _writer.Transfers.Remove(transfer);

    /// <inheritdoc cref="WriterLoop.Send"/>
    public void Send(ReadOnlySpan<byte> message) => _writer.Send(message);

    /// <inheritdoc cref="OwnRequests.SendAsync"/>
    public Task<RelayReply> RequestAsync(Action<IBufferWriter<byte>, byte[]> write, CancellationToken cancellationToken) =>
        _requests.SendAsync(write, cancellationToken);

    /// <inheritdoc cref="ReaderLoop.RefuseAsync"/>
    public Task RefuseAsync(SessionBinding session) => _reader.RefuseAsync(session);

    /// <summary>From now on the idle timeout applies, as on any other connection.</summary>
    public void BeginUse() => _idle.Touch();

    // Any session will do: the binding is that of the connection.
    private (MsrpPath To, MsrpPath From)? FindPaths() =>
        _end.IsClosing ? null
        : _bound.Inside.FirstOrDefault(static session => session is { IsUsed: true, IsOver: false, Peer.Path: not null }) is { } session ? (session.Peer.Path!, session.LocalPath)
        : null;

    private async Task RunAsync()
    {
        ImageShareTelemetry.MsrpConnectionOpened();
        if (Origin.IsAccepted)
        {
            // Off the thread of the loop that accepts. A peer that was dialled sends nothing before it has heard something.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        var shutdown = new ConnectionShutdown(_stream, _reader, _writer, _bound, _end, _context.Settings.TimeProvider);
        Task writing = shutdown.WriteAsync();
        MsrpSessionEndReason reason = await _reader.RunAsync().ConfigureAwait(false);
        reason = _end.Reason ?? reason;
        _end.Close();
        HashSet<SessionBinding> cutOff = shutdown.FindCutOff();
        await shutdown.DrainAsync(writing, reason).ConfigureAwait(false);
        _bindWatch.Dispose();
        _idle.Dispose();
        _progress.Dispose();
        _keepAlive?.Dispose();
        await shutdown.ReleaseAsync().ConfigureAwait(false);
        await shutdown.EndSessionsAsync(reason, cutOff).ConfigureAwait(false);
        _bindWatch.NoLongerUnbound();
        _context.Connections.Remove(this);
        ImageShareTelemetry.MsrpConnectionEnded(reason, _reader.Fault, _bound.WasEverBound);
        ConnectionLog.ConnectionEnded(_context.Logger, _writer.LogId, reason, _reader.Fault);
        _end.SetEnded();
    }
}
