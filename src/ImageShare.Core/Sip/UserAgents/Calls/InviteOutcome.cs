using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Sip.UserAgents.Calls;

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

    /// <summary>The peer, or a server on the way, refused.</summary>
    /// <param name="Response">300 to 699.</param>
    public sealed record Rejected(SipResponse Response) : InviteOutcome;

    /// <summary>We cancelled it.</summary>
    public sealed record Cancelled : InviteOutcome
    {
        /// <summary>The final response; null when none came: the peer is probably gone.</summary>
        public SipResponse? Response { get; init; }
    }

    /// <summary>
    /// Nobody answered (<see cref="ImageShareError.NoAnswer"/>), a response could not be read (<see cref="ImageShareError.MalformedMessage"/>), it could not be sent
    /// (<see cref="ImageShareError.PeerUnreachable"/>, <see cref="ImageShareError.ConnectionLost"/>,
    /// <see cref="ImageShareError.InvalidValue"/>), or the agent was closed (<see cref="ImageShareError.InvalidState"/>).
    /// </summary>
    /// <param name="Error">What happened and what to do next.</param>
    public sealed record Failed(ImageShareException Error) : InviteOutcome;
}
