using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>A message that may have to be sent again, as the octets it had: a message as an object is several times as large. On the loop only.</summary>
internal sealed class RepeatedMessage(SipMessage message, SipDestination destination)
{
    private readonly byte[] _octets = message.ToArray();

    public int Octets => _octets.Length;

    /// <summary>Sends it again. What becomes of it shows in whether another copy is asked for.</summary>
    public void Send(AgentContext agent)
    {
        if (!SipReader.TryReadDatagram(_octets, Unlimited, out SipMessage? copy, out _))
        {
            // It was written here; a message that cannot be read back is not worth a second try.
            AgentLog.Dropped(agent.Logger, "message to be sent again");
            return;
        }

        copy.CompactNames |= agent.Options.CompactNames;
        agent.Loop.CountLeaving(1);
        agent.Loop.Run(
            cancellation => agent.Transport.SendTrackedAsync(copy, destination, cancellation),
            _ => agent.Loop.CountLeaving(-1),
            error =>
            {
                agent.Loop.CountLeaving(-1);
                AgentLog.NotSentAgain(agent.Logger, error.Error);
            });
    }

    // What this side wrote is not measured by what it takes of others.
    private static SipLimits Unlimited { get; } = SipLimits.Default with { MaxBodyBytes = int.MaxValue };
}
