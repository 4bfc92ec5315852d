using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>
/// A request of ours that is no INVITE, up to its final response: a transaction, and another with credentials when the first is
/// challenged (RFC 3261 §22). On the loop only.
/// </summary>
internal sealed class OutgoingRequest : IClientTransactionUser, IAgentPart
{
    private readonly RequestLayer _layer;
    private readonly RoutedRequest _template;
    private readonly Action<SipResponse> _done;
    private readonly Action<ImageShareException> _failed;
    private DigestAttempts _attempts;
    private ClientTransaction? _transaction;

    /// <summary>Prepares the request.</summary>
    /// <param name="layer">The layer it is sent by.</param>
    /// <param name="template">The request, complete but for Via, Contact and credentials.</param>
    /// <param name="done">Called with the final response.</param>
    /// <param name="failed">Called instead when there is none.</param>
    public OutgoingRequest(RequestLayer layer, RoutedRequest template, Action<SipResponse> done, Action<ImageShareException> failed)
    {
        _layer = layer;
        _template = template;
        _done = done;
        _failed = failed;
    }

    /// <summary>The parameters of a Contact to add; null for no Contact.</summary>
    public ParameterList? ContactParameters { get; init; }

    /// <summary>Gives the CSeq number of the request with credentials; null outside a dialog, where it is one more.</summary>
    public Func<uint>? NextNumber { get; init; }

    /// <summary>Has the last word on the header fields of each attempt, when its destination is known.</summary>
    public Action<SipRequest, SipDestination>? Addressed { get; init; }

    /// <summary>The connection the last attempt left on; null for datagrams.</summary>
    public object? Connection => _transaction?.Connection;

    /// <summary>Hears of a final response that could not be read.</summary>
    public Action<SipReadError>? Unreadable { get; init; }

    public void Start()
    {
        if (_layer.Agent.TryAdd(this))
        {
            Send();
        }
    }

    public void OnResponse(SipResponse response)
    {
        if (response.IsProvisional)
        {
            return;
        }

        if (ChallengeResponder.IsChallenge(response))
        {
            Learn(response);
        }
        else
        {
            OnLearned(null, response);
        }
    }

    private void Learn(SipResponse response) => _layer.Challenges.Learn(_template, response, _attempts, attempts => OnLearned(attempts, response));

    private void OnLearned(DigestAttempts? attempts, SipResponse response)
    {
        if (attempts is { } next)
        {
            _attempts = next;
            SipHeaders headers = _template.Request.Headers;
            headers.Set(SipHeaderNames.CSeq, new CSeq(NextNumber?.Invoke() ?? headers.CSeq!.Number + 1, _template.Request.Method));
            Send();
            return;
        }

        _layer.Agent.Remove(this);
        _done(response);
    }

    public void OnAddressed(SipRequest request, SipDestination destination) => Addressed?.Invoke(request, destination);

    public void OnUnreadable(SipReadError error) => Unreadable?.Invoke(error);

    public void OnFailed(TransactionEnd end, ImageShareException error) => Close(error);

    public void OnMoved(ClientTransaction next) => _transaction = next;

    public void Close(ImageShareException reason)
    {
        _layer.Agent.Remove(this);
        _failed(reason);
    }

    private void Send()
    {
        RoutedRequest routed = _layer.Challenges.CanAnswer ? new RoutedRequest(_template.Request.Clone(), _template.NextHop) : _template;
        try
        {
            _layer.Challenges.Authorize(routed);
        }
        catch (ImageShareException error)
        {
            Close(error);
            return;
        }

        _transaction = new ClientTransaction(_layer.Transactions, routed, ContactParameters, this);
        _transaction.Start();
    }
}
