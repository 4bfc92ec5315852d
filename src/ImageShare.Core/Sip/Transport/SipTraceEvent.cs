using System.Net;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transport;

/// <summary>A message on the wire, for message charts and trace files. It contains everything, including credentials and bodies.</summary>
/// <param name="IsOutgoing">Whether it was sent; false if it was received.</param>
/// <param name="Message">The message; do not change it.</param>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="Local">The address and port of this side.</param>
/// <param name="Remote">The address and port of the peer.</param>
/// <param name="Bytes">The bytes. The callback may keep them.</param>
public sealed record SipTraceEvent(
    bool IsOutgoing, SipMessage Message, SipProtocol Protocol, IPEndPoint Local, IPEndPoint Remote, ReadOnlyMemory<byte> Bytes);

/// <summary>Received data that is not a valid message, for message charts and trace files.</summary>
/// <param name="Error">The error and its byte offset.</param>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="Local">The address and port of this side.</param>
/// <param name="Remote">The address and port of the peer.</param>
/// <param name="Bytes">The first <see cref="MaxBytes"/> bytes. The callback may keep them.</param>
public sealed record SipUnreadableTraceEvent(SipReadError Error, SipProtocol Protocol, IPEndPoint Local, IPEndPoint Remote, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The maximum length of <see cref="Bytes"/>.</summary>
    public const int MaxBytes = 4096;
}
