using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// One message on its way out. The writer loop cuts it into chunks, the reader loop brings the responses, the sending call feeds the source;
/// what they share are the ring of open transactions, a stop flag and the result.
/// </summary>
internal sealed partial class OutgoingTransfer : IDisposable
{
    /// <summary>Chunks that may be unanswered at a time: nearly 16 MiB of 2048 bytes, more than the system holds of a connection.</summary>
    internal const int Window = 8191;

    /// <summary>As many on the way over relays, which have to hold them: nearly 4 MiB.</summary>
    private const int WindowOverRelays = 2047;

    private const int SmallestWindow = 127;

    /// <summary>Chunks in flight, and bytes read ahead, of all transfers of an endpoint, once they are many.</summary>
    private const int TotalWindow = 32 * 1024;
    private const long Budget = 2 * 1024 * 1024;

    /// <summary>What of a large chunk goes out before another message has its turn.</summary>
    private const int LargeTurn = 16 * 1024;

    /// <summary>So many messages take turns of one small chunk.</summary>
    private const int FewTransfers = 8;

    /// <summary>What goes out of small chunks when there are more messages: the first chunk of a session in a row is the one whose head costs most.</summary>
    private const int ManyTurn = 64 * 1024;

    private readonly MsrpConnection _connection;
    private readonly MsrpChunker _chunker;
    private readonly Lock _writing = new();
    private readonly OpenTransactions _open;
    private readonly RateLimit? _rate;
    private readonly ITimer? _rateTimer;
    private readonly ITimer _timeout;
    private readonly IProgress<long>? _progress;
    private readonly IntervalSet _reported = new();
    private readonly bool _waitsForReport;
    private readonly TaskCompletionSource<MsrpSendResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stop;
    private int _status;
    private long _progressed;
    private volatile bool _allWritten;
    private volatile bool _waitsForWindow;
    private bool _endIsWritten;

    public OutgoingTransfer(
        MsrpConnection connection, MsrpSession session, MsrpSendHeaders headers, MsrpOutgoingContent content, IProgress<long>? progress)
    {
        _connection = connection;
        Session = session;
        _chunker = new MsrpChunker(headers, content.Length, content.ChunkSize, connection.TransactionIds);
        _waitsForReport = content is { SuccessReport: true, AwaitSuccessReport: true };

        // The more there are at a time, the less each may keep in flight: their memory together stays within bounds.
        int others = connection.TransferBegins();
        Bytes = content.Bytes is { } bytes
            ? new BytesInMemory(bytes, (int)Math.Min(content.ChunkSize, MsrpChunker.UninterruptibleSize))
            : new SourceBlocks(content, Budget / others);

        // Interruptions and collisions make more chunks than the division says.
        int most = headers.To.Uris.Length > 1 ? WindowOverRelays : Window;
        long window = Math.Min(Math.Clamp(TotalWindow / others, SmallestWindow, most), content.MaxUnanswered);
        _open = new OpenTransactions((int)Math.Min(window, (content.Length / content.ChunkSize) + 64));
        _progress = progress;
        TimeProvider time = connection.Options.TimeProvider;
        if (content.MaxBytesPerSecond is { } rate)
        {
            _rate = new RateLimit(rate, time);
            _rateTimer = time.CreateTimer(static state => ((MsrpConnection)state!).Wake(), connection, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _timeout = time.CreateTimer(
            static state => ((OutgoingTransfer)state!).CheckTimeout(), this, connection.Options.TransactionTimeout, Timeout.InfiniteTimeSpan);
    }

    public MsrpSession Session { get; }

    public IOutgoingBytes Bytes { get; }

    public string MessageId => _chunker.Headers.MessageId;

    /// <summary>What became of the message, once its last chunk is answered or its end is on the wire.</summary>
    public Task<MsrpSendResult> Result => _result.Task;

    /// <summary>Called by the writer loop when the last chunk is about to leave.</summary>
    public Action? AllLeaves { get; init; }

    /// <summary>Done as soon as the message is given up; the wire may not know yet.</summary>
    public Task Stopped => _stopped.Task;

    public TransferStop StopReason => (TransferStop)Volatile.Read(ref _stop);

    /// <summary>How many bytes to write before the next message has its turn: one chunk, or a piece of a large one (RFC 4975 §7.1.1).</summary>
    /// <param name="transfers">How many messages take turns.</param>
    public int Turn(int transfers) => _chunker.ChunkSize > MsrpChunker.UninterruptibleSize ? LargeTurn : transfers <= FewTransfers ? 1 : ManyTurn;

    /// <summary>Whether a chunk stands open on the wire. For the writer loop.</summary>
    public bool IsChunkOpen => _chunker.IsOpen;

    /// <summary>Gives the message up. The first reason counts. For any thread.</summary>
    public void Stop(TransferStop reason, int status = 0)
    {
        if (_result.Task.IsCompleted || Interlocked.CompareExchange(ref _stop, (int)reason, 0) != 0)
        {
            return;
        }

        Volatile.Write(ref _status, status);
        Bytes.Stop();
        _stopped.TrySetResult();
        if (reason == TransferStop.ConnectionLost)
        {
            Finish();
        }
        else
        {
            _connection.Wake();
        }
    }

    /// <summary>Ends the wait for the wire after a stop. For any thread.</summary>
    public void Finish()
    {
        _result.TrySetResult(new MsrpSendResult(
            StopReason switch
            {
                TransferStop.None => MsrpSendOutcome.Completed,
                TransferStop.SessionClosed or TransferStop.ConnectionLost when LacksOnlyTheReport => MsrpSendOutcome.Unknown,
                TransferStop.Refused => MsrpSendOutcome.Refused,
                TransferStop.TimedOut => MsrpSendOutcome.TimedOut,
                TransferStop.ConnectionLost => MsrpSendOutcome.ConnectionLost,
                _ => MsrpSendOutcome.Aborted,
            },
            MessageId,
            _open.Acknowledged,
            Volatile.Read(ref _status) is var status and not 0 ? status : null,
            _reported.Covered));
    }

    /// <summary>Gives back what was borrowed; the bytes are not looked at any more, even when the writer loop has not noticed yet that it is over.</summary>
    public void Dispose()
    {
        _timeout.Dispose();
        _rateTimer?.Dispose();
        _connection.TransferEnds();
        lock (_writing)
        {
            Bytes.Return();
        }
    }
}
