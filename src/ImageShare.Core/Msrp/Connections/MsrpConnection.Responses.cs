using System.Collections.Immutable;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>What the peer makes of our messages: responses and reports, taken to the transfers they belong to. Part of the reader loop.</summary>
internal sealed partial class MsrpConnection
{
    private int _answering;

    private void TakeResponse(MsrpHead head)
    {
        if (head.Fault is not null || !TransactionKey.TryFrom(head.TransactionId, out TransactionKey key))
        {
            // Not to anything we sent: some peers answer REPORTs.
            return;
        }

        ImmutableArray<OutgoingTransfer> transfers = _transfers;
        if (_answering < transfers.Length && transfers[_answering].TryAnswerNext(key, head.Status))
        {
            _hasResponses = true;
            return;
        }

        if (TryAnswerRequest(key, head))
        {
            return;
        }

        if (FindTransfer(key) is { } transfer && transfer.TryAnswer(key, head.Status))
        {
            _hasResponses = true;
            EndRefusedSession(transfer.Session, head.Status);
            return;
        }

        foreach (MsrpSession session in _bound.Inside)
        {
            if (session.OpeningTransaction == key)
            {
                EndRefusedSession(session, head.Status);
                return;
            }
        }
    }

    // Responses come in the order of the requests, and those in turns: the next one belongs to the transfer of the last or to one behind it.
    private OutgoingTransfer? FindTransfer(TransactionKey key)
    {
        ImmutableArray<OutgoingTransfer> transfers = _transfers;
        for (int i = 0; i < transfers.Length; i++)
        {
            int at = (_answering + i) % transfers.Length;
            if (transfers[at].Expects(key))
            {
                _answering = at;
                return transfers[at];
            }
        }

        foreach (OutgoingTransfer transfer in transfers)
        {
            if (transfer.HasOpen(key))
            {
                return transfer;
            }
        }

        return null;
    }

    // The session is gone, or bound to another connection (RFC 4975 §10.8, §10.10).
    private static void EndRefusedSession(MsrpSession session, int status)
    {
        if (status is 481 or 506)
        {
            session.End(MsrpSessionEndReason.Refused, status);
        }
    }

    private void TakeReport(MsrpHead head, MsrpSession session)
    {
        // Never answered; of another namespace or an unknown message it says nothing to us (RFC 4975 §7.1.2).
        _isAnswered = true;
        if (head.ReportStatus is not { Namespace: 0 } status)
        {
            return;
        }

        foreach (OutgoingTransfer transfer in _transfers)
        {
            if (transfer.Session != session || !string.Equals(transfer.MessageId, head.MessageId, StringComparison.Ordinal))
            {
                continue;
            }

            transfer.Report(head.ByteRange, status.Code);
            _hasResponses = true;
            if (status.Code is (< 200 or >= 300) and not (413 or 415))
            {
                // Bytes are missing at the other end: the session has failed (RFC 4975 §7.3.2). 413 and 415 only say that they are not wanted.
                session.End(MsrpSessionEndReason.Refused, status.Code);
            }
        }
    }
}
