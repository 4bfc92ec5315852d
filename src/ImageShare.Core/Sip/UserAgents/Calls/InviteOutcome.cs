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
    public sealed record Accepted : InviteOutcome
    {
        internal Accepted(InviteDialog dialog, SipResponse response)
        {
            Dialog = dialog;
            Answer = response;
            Response = response;
        }

        /// <summary>The session.</summary>
        public InviteDialog Dialog { get; init; }

        /// <summary>The 2xx with the answer in its body.</summary>
        public SipResponse Response { get; init; }

        /// <summary>
        /// The response whose body is the answer to our offer: the first reliable provisional response with a body, else the 2xx
        /// (RFC 3261 §13.2.1, RFC 3262 §5).
        /// </summary>
        public SipResponse Answer { get; init; }
    }

    /// <summary>The peer, or a server on the way, refused.</summary>
    public sealed record Rejected : InviteOutcome
    {
        internal Rejected(SipResponse response)
        {
            Response = response;
        }

        /// <summary>300 to 699.</summary>
        public SipResponse Response { get; init; }
    }

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
    public sealed record Failed : InviteOutcome
    {
        internal Failed(ImageShareException error)
        {
            Error = error;
        }

        /// <summary>What happened and what to do next.</summary>
        public ImageShareException Error { get; init; }
    }
}
