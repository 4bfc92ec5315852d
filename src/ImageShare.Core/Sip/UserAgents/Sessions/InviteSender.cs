using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Sessions;

/// <summary>Who sends an INVITE: hears of its transaction, and of the 2xx responses that its transaction does not take.</summary>
internal interface IInviteUser : IClientTransactionUser, IInviteAnswers;

/// <summary>
/// Sends an INVITE of ours, again with credentials when it is challenged (RFC 3261 §22), and its CANCEL. Each attempt is a client transaction of its own.
/// On the loop only.
/// </summary>
/// <param name="layer">The layer it belongs to.</param>
/// <param name="contactParameters">The parameters of our Contact.</param>
/// <param name="user">Who hears of the transactions.</param>
internal sealed class InviteSender(DialogLayer layer, ParameterList contactParameters, IInviteUser user)
{
    private RoutedRequest _template;
    private ClientTransaction? _transaction;
    private DigestAttempts _attempts;

    // The branches at targets that did not answer (RFC 3263 §4.3): a late 2xx may still come from there. Null for none.
    private List<string>? _left;

    /// <summary>The INVITE as it was sent last.</summary>
    public SipRequest Sent => _transaction!.Request;

    /// <summary>The branch of the last attempt.</summary>
    public string Branch => _transaction!.Branch;

    /// <summary>The branches of the same INVITE at targets that were left; null for none.</summary>
    public IReadOnlyList<string>? Left => _left;

    /// <summary>The same INVITE goes to another target.</summary>
    public void Move(ClientTransaction next)
    {
        (_left ??= []).Add(Branch);
        _transaction = next;
        layer.SetInvite(next.Branch, user);
    }

    /// <summary>Sends it for the first time.</summary>
    /// <param name="template">The INVITE, complete but for Via, Contact and credentials.</param>
    public void Send(RoutedRequest template)
    {
        _template = template;
        Send();
    }

    /// <summary>Learns from the challenge in a response; <paramref name="done"/> hears whether the INVITE is worth sending again.</summary>
    public void Learn(SipResponse response, Action<bool> done) => layer.Requests.Challenges.Learn(_template, response, _attempts, attempts =>
    {
        _attempts = attempts ?? _attempts;
        done(attempts is not null);
    });

    /// <summary>Sends it again, with credentials and that CSeq number; null takes the next.</summary>
    public void Resend(uint? number)
    {
        SipHeaders headers = _template.Request.Headers;
        headers.Set(SipHeaderNames.CSeq, new CSeq(number ?? headers.CSeq!.Number + 1, SipMethod.Invite));
        Forget();
        Send();
    }

    /// <summary>Sends CANCEL for the last attempt (RFC 3261 §9.1).</summary>
    public void Cancel(string? reason = null)
    {
        SipRequest cancel = InviteFollowUp.CreateCancel(Sent, reason);
        layer.Agent.Product.AddTo(cancel);
        ClientTransaction.StartBeside(layer.Requests.Transactions, cancel, _transaction!.Destination!, IgnoredTransaction.Instance);
    }

    /// <summary>Ends the transaction of the last attempt.</summary>
    public void Drop() => _transaction!.Drop();

    /// <summary>No 2xx is awaited any more.</summary>
    public void Forget()
    {
        if (_transaction is not null)
        {
            layer.RemoveInvite(_transaction.Branch, user);
        }

        foreach (string branch in _left ?? [])
        {
            layer.RemoveInvite(branch, user);
        }

        _left = null;
    }

    private void Send()
    {
        RoutedRequest routed = layer.Requests.Challenges.CanAnswer ? new RoutedRequest(_template.Request.Clone(), _template.NextHop) : _template;
        try
        {
            layer.Requests.Challenges.Authorize(routed);
        }
        catch (ImageShareException error)
        {
            user.OnFailed(TransactionEnd.TransportFailed, error);
            return;
        }

        _transaction = new ClientTransaction(layer.Requests.Transactions, routed, contactParameters, user);
        layer.SetInvite(_transaction.Branch, user);
        _transaction.Start();
    }
}
