using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// What is left of a request of a peer once it is answered and, for an INVITE, acknowledged: enough to know copies of it, and to answer them as before
/// (RFC 3261 §17.2, RFC 6026 §7.1). Nothing of what the request began hangs on it. On the loop only.
/// </summary>
internal sealed class AnsweredRequest : IRemembered
{
    // The object, its keys and its places in the tables, about.
    private const int Overhead = 500;

    private readonly AgentCore _core;
    private readonly TransactionKey _key;
    private readonly MergeKey? _merge;
    private readonly RepeatedMessage? _response;

    /// <param name="core">The agent.</param>
    /// <param name="key">What its copies are known by.</param>
    /// <param name="merge">What copies by another way are known by; null when it is not the first of them.</param>
    /// <param name="toTag">The tag of its responses.</param>
    /// <param name="response">The response copies get; null when they are only to be absorbed.</param>
    public AnsweredRequest(AgentCore core, TransactionKey key, MergeKey? merge, string toTag, RepeatedMessage? response)
    {
        (_core, _key, _merge, ToTag, _response) = (core, key, merge, toTag, response);
        core.Answered[key] = this;
        if (merge is { } first)
        {
            core.Merges[first] = this;
        }
    }

    /// <summary>The tag of every response to it, that to its CANCEL too (RFC 3261 §9.2).</summary>
    public string ToTag { get; }

    public int Octets => Overhead + (_response?.Octets ?? 0);

    public void ReceiveCopy() => _response?.Send(_core);

    public void Forget()
    {
        if (_core.Answered.TryGetValue(_key, out AnsweredRequest? kept) && kept == this)
        {
            _core.Answered.Remove(_key);
        }

        if (_merge is { } merge && _core.Merges.TryGetValue(merge, out object? first) && first == this)
        {
            _core.Merges.Remove(merge);
        }
    }
}
