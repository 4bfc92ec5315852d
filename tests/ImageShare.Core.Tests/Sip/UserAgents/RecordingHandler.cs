using System.Collections.Concurrent;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>Keeps what an agent hands over, and does with it what the test says.</summary>
internal sealed class RecordingHandler : ISipRequestHandler
{
    public ConcurrentQueue<IncomingInvite> Invites { get; } = [];

    public ConcurrentQueue<IncomingRequest> Requests { get; } = [];

    public Action<IncomingInvite>? InviteReceived { get; set; }

    public Action<IncomingRequest> RequestReceived { get; set; } = static request => request.Respond(200);

    public void OnInvite(IncomingInvite invite)
    {
        Invites.Enqueue(invite);
        InviteReceived?.Invoke(invite);
    }

    public void OnRequest(IncomingRequest request)
    {
        Requests.Enqueue(request);
        RequestReceived(request);
    }
}
