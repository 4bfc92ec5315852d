using System.Net;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The application's trace hook, kept from doing harm.</summary>
internal sealed class SipTracing(Action<SipTraceEvent>? hook, SipTransportStatistics statistics)
{
    public void Emit(bool outgoing, SipMessage message, SipProtocol protocol, IPEndPoint local, IPEndPoint remote, ReadOnlyMemory<byte> octets = default)
    {
        if (hook is null)
        {
            return;
        }

        try
        {
            hook(new SipTraceEvent(outgoing, message, protocol, local, remote, octets.IsEmpty ? message.ToArray() : octets));
        }
        catch (Exception)
        {
            // Looking on must not change what happens.
            statistics.CountReceiverFault();
        }
    }
}
