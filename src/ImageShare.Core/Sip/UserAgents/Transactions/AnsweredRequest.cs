using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// What is kept of a peer's request once it is answered and, for an INVITE, acknowledged: enough to recognise retransmissions and to answer them as
/// before (RFC 3261 §17.2, RFC 6026 §7.1). References nothing of what the request began. On the loop only.
/// </summary>
internal sealed class AnsweredRequest : IRemembered
{
    // The object, its keys and its table entries, estimated.
    private const int Overhead = 500;

    private readonly TransactionLayer _layer;
    private readonly TransactionKey _key;
    private readonly MergeKey? _merge;
    private readonly RepeatedMessage? _response;

    /// <param name="layer">The table it enters.</param>
    /// <param name="key">The key of its retransmissions.</param>
    /// <param name="merge">The key of copies by other paths; null when it is not the first of them.</param>
    /// <param name="toTag">The To tag of its responses.</param>
    /// <param name="response">The response to retransmit; null when retransmissions of the request are only absorbed.</param>
    public AnsweredRequest(TransactionLayer layer, TransactionKey key, MergeKey? merge, string toTag, RepeatedMessage? response)
    {
        (_layer, _key, _merge, ToTag, _response) = (layer, key, merge, toTag, response);
        layer.Answered[key] = this;
        if (merge is { } first)
        {
            layer.Merges[first] = this;
        }
    }

    /// <summary>The tag of every response to it, that to its CANCEL too (RFC 3261 §9.2).</summary>
    public string ToTag { get; }

    public int Bytes => Overhead + (_response?.Bytes ?? 0);

    public void ReceiveCopy() => _response?.Send(_layer.Agent);

    public void Forget()
    {
        if (_layer.Answered.TryGetValue(_key, out AnsweredRequest? kept) && kept == this)
        {
            _layer.Answered.Remove(_key);
        }

        _layer.RemoveMerge(_merge, this);
    }
}
