using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>What is kept of a refused INVITE of ours: the ACK, for each retransmission of the refusal (RFC 3261 §17.1.1.2, timer D). On the loop only.</summary>
internal sealed class AcknowledgedRefusal : IRemembered
{
    // The object, its key and its table entry, estimated.
    private const int Overhead = 300;

    private readonly TransactionLayer _layer;
    private readonly TransactionKey _key;
    private readonly RepeatedMessage _ack;

    public AcknowledgedRefusal(TransactionLayer layer, TransactionKey key, RepeatedMessage ack)
    {
        (_layer, _key, _ack) = (layer, key, ack);
        layer.Refusals[key] = this;
    }

    public int Bytes => Overhead + _ack.Bytes;

    public void ReceiveCopy() => _ack.Send(_layer.Agent);

    public void Forget() => _layer.Refusals.Remove(_key);
}
