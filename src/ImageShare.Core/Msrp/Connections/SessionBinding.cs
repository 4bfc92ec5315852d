using System.Collections.Immutable;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// A session as its connection knows it (RFC 4975 §5.4): whose requests it takes, where its messages go, which connection it is bound to, and how it ended. Any
/// thread may call any member, but <see cref="Incoming"/> and <see cref="HeardOn"/> belong to the reader loop of the connection.
/// </summary>
internal sealed class SessionBinding
{
    private readonly SessionTable _table;
    private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SingleResult<MsrpSessionEnd> _ended = new();
    private ImmutableArray<OutgoingTransfer> _outgoing = [];
    private MsrpConnection? _connection;

    public SessionBinding(SessionTable table, MsrpUri localUri, IncomingMessages incoming)
    {
        _table = table;
        LocalUri = localUri;
        LocalPath = new MsrpPath(localUri);
        Incoming = incoming;
    }

    /// <summary>The URI of this side.</summary>
    public MsrpUri LocalUri { get; }

    /// <summary>From-Path: the URI of this side alone.</summary>
    public MsrpPath LocalPath { get; }

    /// <summary>What its log lines are marked with; null for nothing.</summary>
    public string? LogId { get; init; }

    /// <summary>Whether requests are refused with 481 when their From-Path does not end in the peer's own URI.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether a message is expected as soon as the session is used.</summary>
    public bool ExpectsMessage { get; init; }

    /// <summary>Whether the message that is expected may have no bytes.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>When success reports are sent.</summary>
    public MsrpSuccessReportScope SuccessReports { get; init; }

    public SessionPeer Peer { get; } = new();

    /// <summary>Where incoming messages go.</summary>
    public IncomingMessages Incoming { get; }

    /// <summary>The messages being sent. A snapshot.</summary>
    public ImmutableArray<OutgoingTransfer> Outgoing => _outgoing;

    /// <summary>The connection it is bound to; null when it is not.</summary>
    public MsrpConnection? Connection => Volatile.Read(ref _connection);

    /// <summary>Whether the peers have agreed, so that messages are to be expected.</summary>
    public bool IsUsed
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>The SEND without a body that opened the session, to recognize its response.</summary>
    public TransactionIdKey OpeningTransaction { get; set; }

    /// <summary>The connection the peer was last heard on. For the reader loops, one at a time.</summary>
    public MsrpConnection? HeardOn { get; set; }

    /// <summary>Completes when the session is bound (through a relay: when the peer has sent something), or is over.</summary>
    public Task Bound => _bound.Task;

    /// <summary>Why the session is over; not done while it is not. Never faulted.</summary>
    public Task<MsrpSessionEnd> Ended => _ended.Task;

    public bool IsOver => _ended.Task.IsCompleted;

    /// <summary>Calls back when it is over, with the reason. See <see cref="SingleResult{T}.Tell"/>.</summary>
    public void TellEnd(Action<MsrpSessionEnd> heard) => _ended.Tell(heard);

    /// <summary>A message is to be sent.</summary>
    public void Add(OutgoingTransfer transfer) => ImmutableInterlocked.Update(ref _outgoing, static (all, added) => all.Add(added), transfer);

    /// <summary>A message has its result.</summary>
    public void Remove(OutgoingTransfer transfer) => ImmutableInterlocked.Update(ref _outgoing, static (all, removed) => all.Remove(removed), transfer);

    /// <summary>The peers have agreed.</summary>
    public void BeginUse() => IsUsed = true;

    /// <summary>The peer has sent something. Through a relay, where the connection exists from the start, a passive side waits for this.</summary>
    public void HeardFromPeer() => _bound.TrySetResult();

    /// <summary>Binds the session to a connection if it has none.</summary>
    public bool TryBind(MsrpConnection connection)
    {
        if (IsOver || Interlocked.CompareExchange(ref _connection, connection, null) is not null)
        {
            return false;
        }

        if (!connection.TryAttach(this))
        {
            // It was closed concurrently; another connection may still bind.
            Volatile.Write(ref _connection, null);
            return false;
        }

        if (connection.Origin.RelayedFor is null)
        {
            _bound.TrySetResult();
        }

        if (IsOver)
        {
            connection.Detach(this);
        }

        return true;
    }

    /// <summary>Ends the session; the first reason counts.</summary>
    public void End(MsrpSessionEndReason reason, int? status = null)
    {
        if (_ended.TrySet(new MsrpSessionEnd(reason, status)))
        {
            ImageShareTelemetry.MsrpSessionEnded(reason);
            _table.Remove(this);
            _bound.TrySetResult();
            Peer.GiveUp();
            Connection?.Detach(this);
        }
    }
}
