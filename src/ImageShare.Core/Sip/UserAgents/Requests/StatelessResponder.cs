using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>
/// Sends responses without a transaction (RFC 3261 §8.2.7): to OPTIONS, and to what is refused before a transaction begins. On the loop only.
/// </summary>
internal sealed class StatelessResponder(AgentContext agent)
{
    private readonly StatelessTags _tags = new();

    /// <summary>The To tag of every response to that request.</summary>
    public string TagFor(SipRequest request) => _tags.For(request);

    public void Send(SipResponse response, SipMethod method, SipSource source) =>
        Send(response, method, agent.Transport.GetResponseDestination(response, source));

    public void Send(SipResponse response, SipMethod method, SipDestination destination)
    {
        agent.Product.AddTo(response);
        response.UseCompactForm |= agent.Options.UseCompactForm;
        agent.Loop.Run(new Sending(agent, response, method, destination));
    }

    private sealed class Sending(AgentContext agent, SipResponse response, SipMethod method, SipDestination destination) : ILoopOperation<object?>
    {
        public ValueTask<object?> BeginAsync(CancellationToken cancellationToken) => agent.Transport.SendTrackedAsync(response, destination, cancellationToken);

        public void Complete(object? result)
        {
            // Nobody waits for it.
        }

        public void Fail(ImageShareException error)
        {
            AgentLog.ResponseNotSent(agent.Logger, method, response.Headers.CallId, error.Error);
            AgentLog.ResponseNotSentSensitive(agent.Logger, method, response.Headers.CallId, error);
        }
    }
}
