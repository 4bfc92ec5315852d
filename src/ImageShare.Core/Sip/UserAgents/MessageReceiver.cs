using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Transactions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// Posts what the transport receives to the loop, at most <c>MaxQueuedMessages</c> at a time, and to its dispatcher there. Called on the transport's threads.
/// </summary>
internal sealed class MessageReceiver(DialogLayer dialogs, RequestDispatcher requests, ResponseDispatcher responses) : IInPlaceReceiver
{
    private readonly AgentContext _agent = dialogs.Agent;
    private int _queued;

    public void OnMessage(SipMessage message, SipSource source) => OnMessage(message, source, inPlace: false);

    public void OnMessage(SipMessage message, SipSource source, bool inPlace)
    {
        if (Interlocked.Increment(ref _queued) > _agent.Options.MaxQueuedMessages)
        {
            Interlocked.Decrement(ref _queued);
            AgentLog.Dropped(_agent.Logger, "message beyond the queue's limit", message);
            return;
        }

        _agent.Loop.PostWork(new LoopWork(static (_, received, _) => ((Received)received).Take(), new Received(this, message, source)), inPlace);
    }

    public void OnUnreadableResponse(SipResponse response, SipReadError fault, SipSource source) => _agent.TryPost(() =>
    {
        if (!_agent.Loop.IsClosed)
        {
            responses.OnUnreadable(response, fault);
        }
    });

    public void OnConnectionLost(object connection) => _agent.TryPost(() =>
    {
        foreach (ClientTransaction transaction in dialogs.Requests.Transactions.Clients.Values.ToArray())
        {
            transaction.LoseConnection(connection);
        }

        _agent.ConnectionLost?.Invoke(connection);
    });

    private void Dispatch(SipMessage message, SipSource source)
    {
        if (message.MalformedLines is [var first, ..] lines)
        {
            AgentLog.PassedOver(_agent.Logger, lines.Count, message.Headers.CallId, first.Code, first.Offset);
        }

        if (message is SipRequest request)
        {
            requests.OnRequest(request, source);
        }
        else
        {
            responses.OnResponse((SipResponse)message);
        }
    }

    // A message on its way to the loop.
    private sealed class Received(MessageReceiver receiver, SipMessage message, SipSource source)
    {
        public void Take()
        {
            Interlocked.Decrement(ref receiver._queued);
            if (!receiver._agent.Loop.IsClosed)
            {
                receiver.Dispatch(message, source);
            }
        }
    }
}
