using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Calls;

/// <summary>How to send an INVITE.</summary>
public sealed record InviteSettings
{
    /// <summary>The parameters of our Contact, such as feature tags. Not used when the INVITE brings a Contact of its own.</summary>
    public ParameterList ContactParameters { get; init; }

    /// <summary>
    /// For an INVITE without a body, which asks the callee for its offer: called on the agent's loop with the first reliable provisional response
    /// or the 2xx that holds it, gives the answer, which goes into PRACK or ACK (RFC 3261 §13.2.1). Must not block nor throw. Null for none.
    /// </summary>
    public Func<SipResponse, (ReadOnlyMemory<byte> Body, MediaType ContentType)>? Answer { get; init; }

    /// <summary>
    /// Whether the caller will set <see cref="Sessions.InviteDialog.OnOffer"/> once it has the session. An offer of the peer that comes earlier then waits for the
    /// handler; otherwise it gets 488.
    /// </summary>
    public bool HandlesOffers { get; init; }

    /// <summary>Whether the agent may work on the thread that sends; see <see cref="AgentLoop.Post"/>.</summary>
    internal bool InPlace { get; init; }

    /// <summary>Called on the agent's loop when a final response came that could not be read; must not block nor throw.</summary>
    internal Action? Unreadable { get; init; }

    /// <summary>Called on the agent's loop with each response of 101 to 199; must not block. Not called any more once the INVITE is cancelled.</summary>
    public Action<SipResponse>? Provisional { get; init; }

    /// <summary>Called on the agent's loop with each 100, which may be of a server on the way; must not block. Not called any more once the INVITE is cancelled.</summary>
    public Action<SipResponse>? Trying { get; init; }
}
