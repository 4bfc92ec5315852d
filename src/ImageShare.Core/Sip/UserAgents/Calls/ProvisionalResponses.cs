using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Settings;
using ImageShare.Core.Sip.UserAgents.Transactions;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>
/// The provisional responses to an incoming INVITE, reliable ones where the caller requires or supports them and the options say so (RFC 3262). On the
/// loop only.
/// </summary>
internal sealed class ProvisionalResponses
{
    private readonly AgentContext _agent;
    private readonly ServerTransaction _transaction;
    private readonly ReliableProvisionals? _reliable;
    private readonly bool _isRequired;

    /// <param name="agent">The agent.</param>
    /// <param name="transaction">The INVITE.</param>
    /// <param name="gaveUp">Called when the caller does not acknowledge a reliable one.</param>
    public ProvisionalResponses(AgentContext agent, ServerTransaction transaction, Action gaveUp)
    {
        _agent = agent;
        _transaction = transaction;
        SipHeaders headers = transaction.Request.Headers;
        _isRequired = Names(headers.Require, SipExtensions.Reliability);
        if (_isRequired || (agent.Options.Reliability == SipReliability.WhenSupported && Names(headers.Supported, SipExtensions.Reliability)))
        {
            _reliable = new ReliableProvisionals(agent, transaction, AddContact, gaveUp);
        }
    }

    /// <summary>Whether they are sent reliably.</summary>
    public bool AreReliable => _reliable is not null;

    /// <summary>Whether one with our offer in it has no PRACK yet: no 2xx may be sent before (RFC 3262 §3).</summary>
    public bool AwaitAnswer => _reliable?.AwaitsAnswer == true;

    /// <summary>Receives a PRACK; null when none was sent reliably.</summary>
    public Action<ServerTransaction>? PrackReceived => _reliable is { } reliable ? reliable.OnPrack : null;

    /// <summary>
    /// Sends one. Our offer must be in the first reliable one (RFC 3261 §13.2.1): while it is still to be made, they are sent unreliably, or not at all
    /// when the caller requires reliability.
    /// </summary>
    /// <param name="status">101 to 199.</param>
    /// <param name="awaitsOffer">Whether the INVITE brought no offer and we made none.</param>
    public void Send(int status, bool awaitsOffer)
    {
        if (_reliable is { } reliable && !awaitsOffer)
        {
            reliable.Send(status);
        }
        else if (!_isRequired)
        {
            _transaction.Respond(status, edit: AddContact);
        }
    }

    /// <summary>Sends our offer in the first reliable one.</summary>
    public void SendOffer(int status, ReadOnlyMemory<byte> offer, MediaType contentType, Action<SipRequest> answered) =>
        _reliable!.SendOffer(status, offer, contentType, answered);

    /// <summary>The INVITE has its final response.</summary>
    public void Close() => _reliable?.Close();

    // 101 to 199 make an early dialog, so they name our address (RFC 3261 §12.1.1).
    private void AddContact(SipResponse response) => response.Headers.Set(
        SipHeaderNames.Contact, new NameAddress(_agent.GetContactUri(_transaction.Request, _transaction.DestinationOf(response))));

    private static bool Names(IReadOnlyList<string> extensions, string extension) => extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
}
