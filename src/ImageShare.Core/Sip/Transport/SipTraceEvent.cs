using System.Net;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Transport;

/// <summary>One message as it went over the wire, for ladders and trace files. Holds everything, credentials and bodies too.</summary>
/// <param name="Outgoing">Whether it left this side; false when it came.</param>
/// <param name="Message">The message. Look, do not change.</param>
/// <param name="Protocol">What carried it.</param>
/// <param name="Local">This side.</param>
/// <param name="Remote">The other side.</param>
/// <param name="Bytes">The bytes themselves; theirs to keep.</param>
public sealed record SipTraceEvent(
    bool Outgoing, SipMessage Message, SipProtocol Protocol, IPEndPoint Local, IPEndPoint Remote, ReadOnlyMemory<byte> Bytes);

/// <summary>What came over the wire and could not be read, for ladders and trace files.</summary>
/// <param name="Error">What is wrong with it, and at which byte.</param>
/// <param name="Protocol">What carried it.</param>
/// <param name="Local">This side.</param>
/// <param name="Remote">The other side.</param>
/// <param name="Bytes">Its bytes, the first <see cref="MaxBytes"/> of them; theirs to keep.</param>
public sealed record SipUnreadableTraceEvent(SipReadError Error, SipProtocol Protocol, IPEndPoint Local, IPEndPoint Remote, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The most bytes that are shown of it.</summary>
    public const int MaxBytes = 4096;
}
