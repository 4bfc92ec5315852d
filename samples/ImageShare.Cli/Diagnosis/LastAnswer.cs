using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Keeps the last final answer to OPTIONS that passed, and how it came.</summary>
internal sealed class LastAnswer
{
    private readonly Lock _gate = new();

    public SipResponse? Answer { get; private set; }

    /// <summary>SIP/UDP, SIP/TCP or SIP/TLS.</summary>
    public string? Protocol { get; private set; }

    public IPEndPoint? Remote { get; private set; }

    public void Look(ImageShareTraceEvent message)
    {
        // The bytes are those of a buffer: they are gone after this call.
        if (!message.IsOutgoing && message.Problem is null && message.StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal)
            && SipReader.TryReadDatagram(message.Bytes.ToArray(), null, out SipMessage? read, out _)
            && read is SipResponse { IsFinal: true } response && response.Headers.CSeq?.Method == SipMethod.Options)
        {
            lock (_gate)
            {
                (Answer, Protocol, Remote) = (response, message.Protocol, message.Remote);
            }
        }
    }
}
