using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>What is left of an INVITE of ours that was refused over UDP: the ACK, for each copy of the refusal (RFC 3261 §17.1.1.2, timer D). On the loop only.</summary>
internal sealed class AcknowledgedRefusal : IRemembered
{
    private const int Overhead = 300;

    private readonly AgentCore _core;
    private readonly TransactionKey _key;
    private readonly RepeatedMessage _ack;

    public AcknowledgedRefusal(AgentCore core, TransactionKey key, RepeatedMessage ack)
    {
        (_core, _key, _ack) = (core, key, ack);
        core.Refusals[key] = this;
    }

    public int Octets => Overhead + _ack.Octets;

    public void ReceiveCopy() => _ack.Send(_core);

    public void Forget() => _core.Refusals.Remove(_key);
}
