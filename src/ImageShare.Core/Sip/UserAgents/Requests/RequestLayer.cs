using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>What requests need above their transactions: credentials for challenges, and responses without a transaction. On the loop only.</summary>
internal sealed class RequestLayer(TransactionLayer transactions)
{
    public AgentContext Agent => transactions.Agent;

    public TransactionLayer Transactions => transactions;

    /// <summary>Answers challenges (RFC 3261 §22).</summary>
    public ChallengeResponder Challenges { get; } = new(
        transactions.Agent, new DigestKeyring(transactions.Agent.Options.Credentials, transactions.Agent.Options.Identity.Uri.Host));

    /// <summary>Responses without a transaction (RFC 3261 §8.2.7).</summary>
    public StatelessResponder Stateless { get; } = new(transactions.Agent);
}
