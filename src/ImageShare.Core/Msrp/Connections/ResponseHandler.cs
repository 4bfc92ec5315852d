using System.Collections.Immutable;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Passes responses and reports of the peer to the transfers they belong to. For the reader loop.</summary>
internal sealed class ResponseHandler(OutgoingTransfers transfers, OwnRequests requests, BoundSessions<SessionBinding> bound)
{
    // The index of the transfer that the last response belonged to.
    private int _answering;

    // Those with responses or reports since the last end of a batch.
    private readonly List<OutgoingTransfer> _withNews = [];

    /// <summary>Whether responses are outstanding.</summary>
    public bool AreExpected
    {
        get
        {
            foreach (OutgoingTransfer transfer in transfers.All)
            {
                if (transfer.ExpectsAnswers)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Takes a response.</summary>
    public void TakeResponse(MsrpHead head)
    {
        if (head.Fault is not null || !TransactionIdKey.TryFrom(head.TransactionId, out TransactionIdKey key))
        {
            // Not a response to a chunk: some peers answer REPORTs.
            return;
        }

        ImmutableArray<OutgoingTransfer> all = transfers.All;
        if (_answering < all.Length && all[_answering].TryAnswerNext(key, head.Status))
        {
            MarkNews(all[_answering]);
            return;
        }

        if (requests.TryAnswer(key, head))
        {
            return;
        }

        if (Find(key) is { } transfer && transfer.TryAnswer(key, head.Status))
        {
            MarkNews(transfer);
            EndIfRefused(transfer, head.Status);
        }
        else
        {
            EndIfRefused(key, head.Status);
        }
    }

    /// <summary>Takes a report. It is never answered; another namespace or an unknown message is ignored (RFC 4975 §7.3.2).</summary>
    public void TakeReport(MsrpHead head, SessionBinding session)
    {
        if (head.ReportStatus is not { Namespace: 0 } status)
        {
            return;
        }

        foreach (OutgoingTransfer transfer in session.Outgoing)
        {
            if (!string.Equals(transfer.MessageId, head.MessageId, StringComparison.Ordinal))
            {
                continue;
            }

            transfer.Report(head.ByteRange, status.Code);
            MarkNews(transfer);
            if (status.Code is (< 200 or >= 300) and not (413 or 415))
            {
                // Bytes are missing at the other end: the session has failed (RFC 4975 §7.3.2). 413 and 415 only mean that they are not wanted.
                session.End(MsrpSessionEndReason.Refused, status.Code);
            }
        }
    }

    /// <summary>Tells the transfers that all responses of one read were taken.</summary>
    public void EndOfBatch()
    {
        if (_withNews.Count == 0)
        {
            return;
        }

        foreach (OutgoingTransfer transfer in _withNews)
        {
            transfer.EndOfBatch();
        }

        _withNews.Clear();
    }

    private void MarkNews(OutgoingTransfer transfer)
    {
        if (!transfer.HasNews)
        {
            transfer.HasNews = true;
            _withNews.Add(transfer);
        }
    }

    // Responses arrive in the order of the requests, and those are sent in turns: the next one belongs to the transfer of the last one or to one that follows it.
    private OutgoingTransfer? Find(TransactionIdKey key)
    {
        ImmutableArray<OutgoingTransfer> all = transfers.All;
        for (int i = 0; i < all.Length; i++)
        {
            int at = (_answering + i) % all.Length;
            if (all[at].Expects(key))
            {
                _answering = at;
                return all[at];
            }
        }

        foreach (OutgoingTransfer transfer in all)
        {
            if (transfer.HasOpen(key))
            {
                return transfer;
            }
        }

        return null;
    }

    private void EndIfRefused(OutgoingTransfer transfer, int status)
    {
        if (IsRefusalOfSession(status))
        {
            bound.Inside.FirstOrDefault(session => session.Outgoing.Contains(transfer))?.End(MsrpSessionEndReason.Refused, status);
        }
    }

    // The SEND without a body that opened a session.
    private void EndIfRefused(TransactionIdKey opening, int status)
    {
        if (IsRefusalOfSession(status))
        {
            bound.Inside.FirstOrDefault(session => session.OpeningTransaction == opening)?.End(MsrpSessionEndReason.Refused, status);
        }
    }

    // The peer does not know the session (RFC 4975 §10.8), or has it on another connection (RFC 4975 §10.10).
    private static bool IsRefusalOfSession(int status) => status is 481 or 506;
}
