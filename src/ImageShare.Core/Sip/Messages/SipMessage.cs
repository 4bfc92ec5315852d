using System.Buffers;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// A SIP request or response (RFC 3261 §7). A message that was read owns one copy of its bytes; headers that are not changed are
/// not converted to strings, and are written as they were received. Any number of threads may read it while none changes it.
/// </summary>
public abstract class SipMessage
{
    private IReadOnlyList<SipWarning>? _warnings;

    private protected SipMessage(SipHeaders headers) => Headers = headers;

    /// <summary>The header rows, also as typed values.</summary>
    public SipHeaders Headers { get; }

    /// <summary>The bytes of the body, empty when there is none. They are not copied, so they must not change while the message is in use. See <see cref="SetBody"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; internal set; }

    /// <summary>
    /// The deviations in the message that were tolerated, in the order of the bytes; searched for at the first
    /// call. Empty for a message that was not received.
    /// </summary>
    public IReadOnlyList<SipWarning> Warnings => _warnings ??= HeadLength > 0 ? SipInspection.Inspect(this) : [];

    /// <summary>
    /// The header lines that could not be read and were ignored because they are not needed, in their order; each is in <see cref="Warnings"/>
    /// too. They are not part of <see cref="Headers"/> and are never written. Empty for a message that was not received.
    /// </summary>
    public IReadOnlyList<SipMalformedLine> MalformedLines { get; internal set; } = [];

    /// <summary>The first line, without its line end.</summary>
    public string StartLine
    {
        get
        {
            using ScratchWriter output = ScratchWriter.Rent();
            WriteStartLine(output);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
    }

    /// <summary>
    /// Whether <see cref="Write"/> uses the compact forms of RFC 3261 §7.3.3, so that more messages fit into a UDP datagram. Default false. The compact
    /// forms that extensions define are never used.
    /// </summary>
    public bool UseCompactForm { get; set; }

    /// <summary>Sets the body and its Content-Type. Not for a message that was received or has been given to an agent or a transport.</summary>
    /// <param name="content">The bytes. They are not copied, so they must not change while the message is in use.</param>
    /// <param name="contentType">Their type.</param>
    public void SetBody(ReadOnlyMemory<byte> content, MediaType contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        Headers.Set(SipHeaderNames.ContentType, contentType.ToString());
        Body = content;
    }

    /// <summary>The length up to the body, as received; 0 for a message of this side.</summary>
    internal int HeadLength { get; set; }

    /// <summary>Whether its datagram had more bytes after the body.</summary>
    internal bool HasTrailingBytes { get; set; }

    /// <summary>
    /// Writes the message. Content-Length is always written, with the true length of the body (RFC 3261 §18.3, RFC 3261 §20.14): in its
    /// place in the header, or as the last row. Allocates nothing.
    /// </summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a part cannot be written into a message.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SipWriter.Write(this, output);
    }

    /// <summary>The message as bytes.</summary>
    public byte[] ToArray()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>How many bytes the message has when it is written.</summary>
    internal int Measure()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        Write(output);
        return output.WrittenSpan.Length;
    }

    /// <summary>The header and body as text, for people.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToArray());

    internal abstract void WriteStartLine(IBufferWriter<byte> output);
}
