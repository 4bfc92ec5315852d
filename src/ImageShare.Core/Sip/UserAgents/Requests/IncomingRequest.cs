using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>A request that waits for its response. All members may be used from any thread.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A source without timer and wait handle holds nothing that needs to be disposed of.")]
public sealed class IncomingRequest
{
    private readonly RequestLayer _layer;
    private readonly ServerTransaction? _transaction;
    private readonly Action<SipResponse>? _responding;
    private readonly string _toTag;
    private CancellationTokenSource? _cancelled;
    private SipDestination? _destination;
    private bool _isAnswered;

    internal IncomingRequest(RequestLayer layer, ServerTransaction transaction, Action<SipResponse>? responding = null)
    {
        _layer = layer;
        _transaction = transaction;
        _responding = responding;
        _toTag = transaction.ToTag;
        Request = transaction.Request;
        Source = transaction.Source;
    }

    /// <summary>A request without a transaction (RFC 3261 §8.2.7).</summary>
    internal IncomingRequest(RequestLayer layer, SipRequest request, SipSource source, string toTag)
    {
        _layer = layer;
        _toTag = toTag;
        Request = request;
        Source = source;
    }

    /// <summary>The request. Shared with the agent: not to be changed.</summary>
    public SipRequest Request { get; }

    /// <summary>Where it came from.</summary>
    public SipSource Source { get; }

    /// <summary>Cancelled when a re-INVITE ended without an answer of the application: the peer cancelled it, the session ended, or it waited too long.</summary>
    public CancellationToken Cancelled => LazyInitializer.EnsureInitialized(ref _cancelled).Token;

    /// <summary>Makes a response to it, with what every response repeats from its request and a tag in To; to be edited and then sent.</summary>
    public SipResponse CreateResponse(int status, string? reason = null) => SipResponse.CreateFor(Request, status, reason, _toTag);

    /// <summary>Our address as this peer reaches us, for a Contact in a response.</summary>
    public SipUri GetContactUri() => GetContactUri(SipResponse.CreateFor(Request, 200));

    /// <summary>The same, for a response that was made already.</summary>
    internal SipUri GetContactUri(SipResponse response) => _layer.Agent.GetContactUri(Request, DestinationOf(response));

    /// <summary>
    /// Sends the final response, which must not be changed afterwards. The first counts. Provisional responses and 408 to anything but INVITE
    /// are not sent (RFC 4320 §4). A 2xx to OPTIONS gets Allow and Supported where it has none (RFC 3261 §11.2).
    /// </summary>
    public void Respond(SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        _layer.Agent.Loop.RunOrPost(() =>
        {
            if (_transaction is null)
            {
                RespondStateless(response);
            }
            else if (!_transaction.IsAnswered)
            {
                if (response.IsSuccess && Request.Method == SipMethod.Options)
                {
                    _layer.Agent.Capabilities.AddTo(response.Headers);
                }

                _responding?.Invoke(response);
                _transaction.Respond(response);
            }
        });
    }

    /// <summary>Sends a final response without a body.</summary>
    public void Respond(int status, string? reason = null) => Respond(CreateResponse(status, reason));

    /// <summary>It ended without an answer of the application, whose callbacks run on the thread pool.</summary>
    internal void Cancel() => _ = LazyInitializer.EnsureInitialized(ref _cancelled).CancelAsync();

    private void RespondStateless(SipResponse response)
    {
        if (_isAnswered || response.IsProvisional || response.StatusCode == 408)
        {
            return;
        }

        _isAnswered = true;
        if (response.Headers.To is { Tag: null } to)
        {
            response.Headers.Set(SipHeaderNames.To, to.WithTag(_toTag));
        }

        if (response.IsSuccess && Request.Method == SipMethod.Options)
        {
            _layer.Agent.Capabilities.AddTo(response.Headers);
        }

        _layer.Stateless.Send(response, Request.Method, DestinationOf(response));
    }

    private SipDestination DestinationOf(SipResponse response) =>
        _transaction?.DestinationOf(response) ?? (_destination ??= _layer.Agent.Transport.GetResponseDestination(response, Source));
}
