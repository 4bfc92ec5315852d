using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>The transactions of an agent by their keys, and what is remembered of finished ones (RFC 3261 §17). On the loop only.</summary>
internal sealed class TransactionLayer(AgentContext agent)
{
    public AgentContext Agent => agent;

    /// <summary>The server transactions in progress, counted.</summary>
    public ServerLoad Load { get; } = new(agent.Options.MaxServerTransactions, agent.Options.MaxServerTransactionsPerSource);

    public Dictionary<TransactionKey, ClientTransaction> Clients { get; } = [];

    /// <summary>Refused INVITEs of ours whose refusals may be retransmitted.</summary>
    public Dictionary<TransactionKey, AcknowledgedRefusal> Refusals { get; } = [];

    public Dictionary<TransactionKey, ServerTransaction> Servers { get; } = [];

    /// <summary>Answered requests of peers whose retransmissions may still come.</summary>
    public Dictionary<TransactionKey, AnsweredRequest> Answered { get; } = [];

    /// <summary>
    /// The first copy of each request that proxies may have forked to us, in progress or answered (RFC 3261 §8.2.2.2): a
    /// <see cref="ServerTransaction"/> or an <see cref="AnsweredRequest"/>.
    /// </summary>
    public Dictionary<MergeKey, object> Merges { get; } = [];

    /// <summary>
    /// Gives a request to its server transaction, in progress or answered: a retransmission, or the ACK of a refused INVITE (RFC 3261 §17.2.3). False when
    /// it has none.
    /// </summary>
    public bool TryReceive(TransactionKey key, SipRequest request)
    {
        bool isAck = request.Method == SipMethod.Ack;
        if (Servers.TryGetValue(key, out ServerTransaction? known))
        {
            if (isAck)
            {
                known.ReceiveAck(request);
            }
            else
            {
                known.ReceiveCopy();
            }

            return true;
        }

        if (Answered.TryGetValue(key, out AnsweredRequest? answered))
        {
            if (!isAck)
            {
                answered.ReceiveCopy();
            }

            return true;
        }

        return false;
    }

    /// <summary>Forgets one that is the first of its merged copies.</summary>
    public void RemoveMerge(MergeKey? key, object first)
    {
        if (key is { } merge && Merges.TryGetValue(merge, out object? known) && known == first)
        {
            Merges.Remove(merge);
        }
    }

    /// <summary>The agent is closed.</summary>
    public void Clear()
    {
        Clients.Clear();
        Refusals.Clear();
        Servers.Clear();
        Answered.Clear();
        Merges.Clear();
    }
}
