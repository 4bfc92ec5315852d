using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Writing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>What is answered to the requests of one connection: responses (RFC 4975 §7.2) and success reports (RFC 4975 §7.1.3). For the reader loop.</summary>
internal sealed class Answers(WriterLoop writer, HeardSessions sessions, ConnectionEnd end, ConnectionSettings settings)
{
    private readonly ResponseWriter _responses = new();
    private readonly TransactionIds _reportIds = new();

    /// <summary>How many bytes were written since <see cref="HandOver"/>.</summary>
    public int PendingBytes => _responses.Pending.Length;

    /// <summary>Answers a request, if its sender wants that (Failure-Report, RFC 4975 §7.2).</summary>
    public void Respond(MsrpHead head, int status)
    {
        if (head.IsReport || head.FailureReport == MsrpFailureReport.No || (head.FailureReport == MsrpFailureReport.Partial && status == 200))
        {
            return;
        }

        if (head.FromPath is null || head.ToPath is null)
        {
            // It cannot be answered without its paths, so the stream cannot continue (RFC 4975 §10.2).
            end.End(MsrpSessionEndReason.ProtocolError, force: false);
            return;
        }

        if (status != 200)
        {
            ImageShareTelemetry.MsrpRequestRefused(status);
        }

        int before = PendingBytes;
        _responses.Answer(head, sessions.GetLocalUri(head.ToPath), status);
        settings.Trace?.Invoke(MsrpTraceEvent.OfSent(_responses.Pending[before..], null, null, writer.State.Local, writer.State.Remote));
    }

    /// <summary>Answers a chunk that was received to its end, and reports it, or the message it completes, if that is wanted.</summary>
    public void EndChunk(SessionBinding session, MsrpHead head, MsrpContinuation continuation, (int Status, bool Complete) end)
    {
        Respond(head, end.Status);
        bool isEachChunk = session.SuccessReports == MsrpSuccessReportScope.EachChunk;
        bool isReported = isEachChunk ? end.Status == 200 && continuation != MsrpContinuation.Aborted : end.Complete;
        if (!isReported || head is not { SuccessReport: true, MessageId: { } messageId })
        {
            return;
        }

        ByteRange range = session.Incoming.ChunkRange;
        if (!isEachChunk)
        {
            range = new ByteRange(1, range.Total, range.Total);
        }

        Span<byte> id = stackalloc byte[TransactionIds.Length];
        _reportIds.Next(id);
        int before = PendingBytes;
        MsrpWriter.WriteReport(_responses.Output, id, head.FromPath!, session.LocalPath, messageId, range, new MsrpReportStatus(0, 200, "OK"));
        settings.Trace?.Invoke(MsrpTraceEvent.OfSent(_responses.Pending[before..], messageId, range, writer.State.Local, writer.State.Remote));
    }

    /// <summary>Gives what was written to the writer loop.</summary>
    public void HandOver()
    {
        if (!_responses.Pending.IsEmpty)
        {
            writer.HandOver(_responses.Pending);
            _responses.Clear();
        }
    }
}
