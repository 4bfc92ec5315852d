using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>For requests whose answer changes nothing, such as CANCEL.</summary>
internal sealed class UnheardTransaction : IClientTransactionUser
{
    public static UnheardTransaction Instance { get; } = new();

    public void OnResponse(SipResponse response)
    {
    }

    public void OnFailed(TransactionEnd end, ImageShareException error)
    {
    }
}
