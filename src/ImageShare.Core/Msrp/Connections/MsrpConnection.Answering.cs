using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Which session a request is for, and what is answered to it. Part of the reader loop.</summary>
internal sealed partial class MsrpConnection
{
    private MsrpSession? FindSession(MsrpHead head, out int status)
    {
        status = 481;
        if (ReferenceEquals(head.ToPath, _lastToPath) && ReferenceEquals(head.FromPath, _lastFromPath) && _lastSession is { IsOver: false })
        {
            return _lastSession;
        }

        MsrpSession? session = head.ToPath!.Uris.Length == 1 ? _endpoint.FindSession(head.ToPath.First) : null;
        if (session is null)
        {
            return null;
        }

        if (!IsFromPeer(head.FromPath!, session))
        {
            return null;
        }

        if (session.Connection != this && !IsTrustedFor(session))
        {
            Distrust(session);
            return null;
        }

        // Only a SEND binds, and only a session nobody else has (RFC 4975 §5.4).
        if (session.Connection != this && !(head.IsSend && session.TryBind(this)))
        {
            status = session.Connection is null ? 481 : 506;
            return null;
        }

        session.HeardFromPeer();
        if (session.HeardOn != this)
        {
            session.HeardOn = this;
            _everBound.Add(session);
        }

        _lastToPath = head.ToPath;

        // While the peer's path is not known, the next request has to be looked at again.
        _lastFromPath = session.PeerPath is null && session.Options.StrictFromPath ? null : head.FromPath;
        _lastSession = session;
        return session;
    }

    // Some peers write another path than they negotiated, so it is no more than a remark unless the session is strict. Relays put their
    // URIs before the sender's own.
    private bool IsFromPeer(MsrpPath from, MsrpSession session)
    {
        if (session.PeerPath is not { } peer || _endpoint.Match(peer.Last, from.Last))
        {
            return true;
        }

        MsrpLog.ForeignFromPath(_endpoint.Logger, session.Options.StrictFromPath);
        return !session.Options.StrictFromPath;
    }

    private void Answer(MsrpHead head, int status)
    {
        _isAnswered = true;
        if (head.IsReport || head.FailureReport == MsrpFailureReport.No || (head.FailureReport == MsrpFailureReport.Partial && status == 200))
        {
            return;
        }

        if (head.FromPath is null || head.ToPath is null)
        {
            // It cannot be answered without its paths, and a peer that leaves them out is not understood anyway (RFC 4975 §10.2).
            End(MsrpSessionEndReason.ProtocolError, force: false);
            return;
        }

        if (status != 200)
        {
            ImageShareTelemetry.MsrpRequestRefused(status);
        }

        _responses.Answer(head, _lastSession is { } session && ReferenceEquals(head.ToPath, _lastToPath) ? session.LocalUri : head.ToPath.Last, status);
        if (Options.Trace is { } trace)
        {
            string id = System.Text.Encoding.ASCII.GetString(head.TransactionId);
            trace(new MsrpTraceEvent(true, $"MSRP {id} {status:000} {ResponseWriter.Comment(status)}", null, null, 0, '$', RemoteEndPoint));
        }
    }

    private void EndChunk(MsrpSession session, MsrpHead head, MsrpContinuation continuation, (int Status, bool Complete) end)
    {
        Answer(head, end.Status);
        bool report = head is { SuccessReport: true, MessageId: not null }
            && (session.Options.SuccessReports == MsrpSuccessReports.EachChunk
                ? end.Status == 200 && continuation != MsrpContinuation.Aborted
                : end.Complete);
        if (!report)
        {
            return;
        }

        ByteRange range = session.Incoming.ChunkRange;
        if (session.Options.SuccessReports == MsrpSuccessReports.WholeMessage)
        {
            range = new ByteRange(1, range.Total, range.Total);
        }

        Span<byte> id = stackalloc byte[TransactionIds.Length];
        _reportIds.Next(id);
        MsrpWriter.WriteReport(_responses.Output, id, head.FromPath!, session.LocalPath, head.MessageId!, range, new MsrpReportStatus(0, 200, "OK"));
    }

    private void EndOfBatch()
    {
        if (!_responses.Pending.IsEmpty)
        {
            _control.Add(_responses.Pending);
            _responses.Clear();

            // With nothing else to send, the writer loop's turn is one system call: cheaper made here than carried to another thread.
            _isInReader = _transfers.IsEmpty;
            _wake.Set(inline: _isInReader);
            _isInReader = false;
        }

        TakeInResponses();
    }

    private void TakeInResponses()
    {
        if (_hasResponses)
        {
            _hasResponses = false;
            foreach (OutgoingTransfer transfer in _transfers)
            {
                transfer.EndOfBatch();
            }
        }
    }
}
