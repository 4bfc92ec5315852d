using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// Takes the requests that begin something. Called on the agent's own loop, one call at a time: return quickly, answer now or
/// later. What it throws is logged and answered with 500.
/// </summary>
public interface ISipRequestHandler
{
    /// <summary>A call. Ring, accept or reject it, now or later.</summary>
    void OnInvite(IncomingInvite invite);

    /// <summary>
    /// A request outside a dialog that is no INVITE: OPTIONS, MESSAGE and the like, as far as they are allowed; and OPTIONS inside a
    /// dialog nobody else takes it from. Respond within 32 s (64·T1).
    /// </summary>
    void OnRequest(IncomingRequest request);
}
