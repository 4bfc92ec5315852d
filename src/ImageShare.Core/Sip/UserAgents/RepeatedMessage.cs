using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>A message that may have to be sent again, as the octets it had: a message as an object is several times as large. On the loop only.</summary>
internal sealed class RepeatedMessage(SipMessage message, SipDestination destination)
{
    private readonly byte[] _octets = message.ToArray();

    public int Octets => _octets.Length;

    /// <summary>Sends it again. What becomes of it shows in whether another copy is asked for.</summary>
    public void Send(AgentCore core)
    {
        if (!SipReader.TryReadDatagram(_octets, Unlimited, out SipMessage? copy, out _))
        {
            // It was written here; a message that cannot be read back is not worth a second try.
            AgentLog.Dropped(core.Logger, "message to be sent again");
            return;
        }

        copy.CompactNames |= core.Options.CompactNames;
        core.Loop.CountLeaving(1);
        core.Loop.Run(
            cancellation => core.Transport.SendTrackedAsync(copy, destination, cancellation),
            _ => core.Loop.CountLeaving(-1),
            error =>
            {
                core.Loop.CountLeaving(-1);
                AgentLog.NotSentAgain(core.Logger, error.Error);
            });
    }

    // What this side wrote is not measured by what it takes of others.
    private static SipLimits Unlimited { get; } = SipLimits.Default with { MaxBodyBytes = int.MaxValue };
}
