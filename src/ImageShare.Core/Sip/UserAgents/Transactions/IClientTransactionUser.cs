using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>The user of a client transaction (the TU of RFC 3261 §17): receives its responses or its failure. Called on the loop.</summary>
internal interface IClientTransactionUser
{
    void OnResponse(SipResponse response);

    /// <summary>No response in time, or the request could not be sent; <paramref name="error"/> says which. Not called after a final response.</summary>
    void OnFailed(TransactionEnd end, ImageShareException error);

    /// <summary>The request is complete for that destination, which may change until it is sent: the last word on its header fields.</summary>
    void OnAddressed(SipRequest request, SipDestination destination)
    {
    }

    /// <summary>A final response came that could not be read; a readable retransmission may still come.</summary>
    void OnUnreadable(SipReadError error)
    {
    }

    /// <summary>Whether the request may go to another target, after this one failed (RFC 3263 §4.3). When it may, no response counts any more.</summary>
    bool LeavesTarget() => true;

    /// <summary>Another transaction takes the place of this one: the same request, at another target.</summary>
    void OnMoved(ClientTransaction next)
    {
    }
}

/// <summary>For requests whose response changes nothing, such as CANCEL.</summary>
internal sealed class IgnoredTransaction : IClientTransactionUser
{
    public static IgnoredTransaction Instance { get; } = new();

    public void OnResponse(SipResponse response)
    {
    }

    public void OnFailed(TransactionEnd end, ImageShareException error)
    {
    }
}
