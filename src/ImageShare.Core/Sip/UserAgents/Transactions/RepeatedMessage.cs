using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>A message for retransmission, kept as bytes: as an object it takes several times as much memory. On the loop only.</summary>
internal sealed class RepeatedMessage(SipMessage message, SipDestination destination)
{
    private readonly byte[] _bytes = message.ToArray();

    public int Bytes => _bytes.Length;

    /// <summary>Sends it again. A failure is logged only: the peer retransmits when it got nothing.</summary>
    public void Send(AgentContext agent)
    {
        if (!SipReader.TryReadDatagram(_bytes, Unlimited, out SipMessage? copy, out _))
        {
            // It was written here, so this cannot happen; if it does, nothing is sent, and the loop goes on.
            AgentLog.NotSentAgain(agent.Logger, null, ImageShareError.InvalidValue);
            return;
        }

        copy.UseCompactForm |= agent.Options.UseCompactForm;
        agent.Loop.Unsent.Count(1);
        agent.Loop.Run(
            cancellation => agent.Transport.SendTrackedAsync(copy, destination, cancellation),
            _ => agent.Loop.Unsent.Count(-1),
            error =>
            {
                agent.Loop.Unsent.Count(-1);
                AgentLog.NotSentAgain(agent.Logger, copy.Headers.CallId, error.Error);
            });
    }

    // The limits for received messages do not apply to what this side wrote: a response has the Via and Record-Route rows of its request, and its own besides.
    private static SipLimits Unlimited { get; } = new()
    {
        MaxStartLineBytes = int.MaxValue / 2,
        MaxHeaderBytes = int.MaxValue / 2,
        MaxHeaders = int.MaxValue,
        MaxBodyBytes = int.MaxValue,
    };
}
