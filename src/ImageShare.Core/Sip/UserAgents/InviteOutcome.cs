using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>How an <see cref="OutgoingInvite"/> ended: exactly one of the four below.</summary>
public abstract record InviteOutcome
{
    private InviteOutcome()
    {
    }

    /// <summary>The peer accepted; the ACK is sent.</summary>
    /// <param name="Dialog">The session.</param>
    /// <param name="Response">The 2xx with the answer in its body.</param>
    public sealed record Accepted(InviteDialog Dialog, SipResponse Response) : InviteOutcome
    {
        /// <summary>
        /// The response whose body is the answer to our offer: the first reliable provisional response with a body, else the 2xx
        /// (RFC 3261 §13.2.1, RFC 3262 §5).
        /// </summary>
        public SipResponse Answer { get; init; } = Response;
    }

    /// <summary>The peer, or somebody on the way, refused.</summary>
    /// <param name="Response">300 to 699.</param>
    public sealed record Rejected(SipResponse Response) : InviteOutcome;

    /// <summary>We cancelled it.</summary>
    public sealed record Cancelled : InviteOutcome
    {
        /// <summary>The final response that came to it; null when there was none: the peer has probably gone.</summary>
        public SipResponse? Response { get; init; }
    }

    /// <summary>
    /// Nobody answered (<see cref="ImageShareError.NoAnswer"/>), an answer came that could not be read (<see cref="ImageShareError.MalformedMessage"/>), it could not be sent
    /// (<see cref="ImageShareError.PeerUnreachable"/>, <see cref="ImageShareError.ConnectionLost"/>,
    /// <see cref="ImageShareError.InvalidValue"/>), or the agent was closed (<see cref="ImageShareError.InvalidState"/>).
    /// </summary>
    /// <param name="Error">What happened and what to do next.</param>
    public sealed record Failed(ImageShareException Error) : InviteOutcome;
}

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

    /// <summary>Called on the agent's loop when a final response came that could not be read; must not block nor throw.</summary>
    internal Action? Unreadable { get; init; }

    /// <summary>Called on the agent's loop with each response of 101 to 199; must not block. Not called any more once the INVITE is cancelled.</summary>
    public Action<SipResponse>? Provisional { get; init; }

    /// <summary>Called on the agent's loop with each 100, which may be of a server on the way; must not block. Not called any more once the INVITE is cancelled.</summary>
    public Action<SipResponse>? Trying { get; init; }
}
