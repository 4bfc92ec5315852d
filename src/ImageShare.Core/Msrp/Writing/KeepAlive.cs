using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>
/// Keeps the NAT bindings of one connection: after each interval in which nothing was sent, it sends a SEND without a body (RFC 4975 §7.1). It asks for no
/// response, so nothing is waited for, and it does not count as use of the connection: the idle timeout of this side goes on. Any thread may call any member.
/// </summary>
internal sealed class KeepAlive : IDisposable
{
    private readonly WriterLoop _writer;
    private readonly TransferSettings _settings;
    private readonly TimeSpan _interval;
    private readonly Func<(MsrpPath To, MsrpPath From)?> _session;
    private readonly ITimer _timer;
    private long _sentAt;

    /// <summary>Starts its timer.</summary>
    /// <param name="writer">The writer loop of the connection.</param>
    /// <param name="settings">The clock, and whom to trace for.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="session">The paths of a session on the connection whose peers have agreed; null if there is none at the moment.</param>
    public KeepAlive(WriterLoop writer, TransferSettings settings, TimeSpan interval, Func<(MsrpPath To, MsrpPath From)?> session)
    {
        _writer = writer;
        _settings = settings;
        _interval = interval;
        _session = session;
        _sentAt = writer.FlushedAt;
        _timer = settings.TimeProvider.CreateTimer(static state => ((KeepAlive)state!).Check(), this, interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        TimeSpan idle = _settings.TimeProvider.GetElapsedTime(Math.Max(_sentAt, _writer.FlushedAt));
        if (idle >= _interval)
        {
            Send();
            idle = TimeSpan.Zero;
        }

        _timer.Change(_interval - idle, Timeout.InfiniteTimeSpan);
    }

    private void Send()
    {
        // What waits for a peer that does not read keeps the binding by its retransmissions.
        _sentAt = _settings.TimeProvider.GetTimestamp();
        if (_writer.HasEnded || _writer.State.FlushingSince is not null || _session() is not { } session)
        {
            return;
        }

        using ScratchWriter bytes = ScratchWriter.Rent();
        Span<byte> id = stackalloc byte[TransactionIds.Length];
        new TransactionIds().Next(id);
        var headers = new MsrpSendHeaders(session.To, session.From, failureReport: MsrpFailureReport.No);
        MsrpWriter.WriteEmptySend(bytes, id, headers);
        _settings.Trace?.Invoke(MsrpTraceEvent.OfSent(bytes.WrittenSpan, headers.MessageId, ByteRange.Empty, _writer.State.Local, _writer.State.Remote));
        _writer.SendUncounted(bytes.WrittenSpan);
    }
}
