using System.Buffers;
using System.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Sip.Transport;

/// <summary>The two ends of a message's hop, and what is spoken between them.</summary>
internal readonly record struct SipHop(SipProtocol Protocol, IPEndPoint Local, IPEndPoint Remote);

/// <summary>Calls the application's trace hooks; what they throw is counted and ignored.</summary>
internal sealed class SipTracing(Action<SipTraceEvent>? hook, Action<SipUnreadableTraceEvent>? unreadableHook, SipTransportStatistics statistics)
{
    public void Emit(bool outgoing, SipMessage message, SipHop hop, ReadOnlyMemory<byte> bytes = default)
    {
        if (!outgoing && unreadableHook is not null && message is SipResponse { Headers: { TopVia.Branch: null } or { TopVia: null } or { CSeq: null } } unmatched)
        {
            // A message, but nobody can tell whose: what it lacks is what there is to see.
            EmitUnreadable(SipValidation.Unreadable(unmatched), hop, new ReadOnlySequence<byte>(bytes.IsEmpty ? message.ToArray() : bytes));
            return;
        }

        if (hook is null)
        {
            return;
        }

        try
        {
            hook(new SipTraceEvent(outgoing, message, hop.Protocol, hop.Local, hop.Remote, bytes.IsEmpty ? message.ToArray() : bytes));
        }
        catch (Exception)
        {
            // Tracing must not change what happens.
            statistics.CountReceiverFault();
        }
    }

    public void EmitUnreadable(SipReadError error, SipHop hop, in ReadOnlySequence<byte> bytes)
    {
        if (unreadableHook is null)
        {
            return;
        }

        try
        {
            byte[] shown = bytes.Slice(0, Math.Min(bytes.Length, SipUnreadableTraceEvent.MaxBytes)).ToArray();
            unreadableHook(new SipUnreadableTraceEvent(error, hop.Protocol, hop.Local, hop.Remote, shown));
        }
        catch (Exception)
        {
            // As above.
            statistics.CountReceiverFault();
        }
    }
}
