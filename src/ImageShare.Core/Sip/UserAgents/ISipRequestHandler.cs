using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// Receives requests outside dialogs. Called on the agent's loop, one call at a time: must return quickly, and may respond later. An exception is logged
/// and answered with 500.
/// </summary>
public interface ISipRequestHandler
{
    /// <summary>A call. Ring, accept or reject it, now or later.</summary>
    void OnInvite(IncomingInvite invite);

    /// <summary>
    /// A request outside a dialog that is no INVITE: OPTIONS, MESSAGE and the like, as far as they are allowed; and OPTIONS inside a
    /// dialog without a handler of its own. Respond within 32 s (64·T1).
    /// </summary>
    void OnRequest(IncomingRequest request);
}
