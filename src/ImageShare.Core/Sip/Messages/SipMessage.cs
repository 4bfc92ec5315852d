using System.Buffers;
using System.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// A SIP request or response (RFC 3261 §7). A message that was read owns one copy of its bytes; headers nobody changes are
/// never turned into strings and print back as they came. Not safe for changes from several threads.
/// </summary>
public abstract class SipMessage
{
    private IReadOnlyList<SipWarning>? _warnings;

    private protected SipMessage(SipHeaders headers) => Headers = headers;

    /// <summary>The header rows, and typed access to them.</summary>
    public SipHeaders Headers { get; }

    /// <summary>The body bytes, empty when there is none. Not copied: they must not change while the message is in use.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>
    /// The deviations in the message that were tolerated; found when first asked for, in the order of the
    /// bytes. Empty for a message that was not read.
    /// </summary>
    public IReadOnlyList<SipWarning> Warnings => _warnings ??= HeadLength > 0 ? SipInspection.Inspect(this) : [];

    /// <summary>
    /// The header lines that could not be read and were ignored because they are not needed, in their order; each is in <see cref="Warnings"/>
    /// too. They are no part of <see cref="Headers"/> and are never written again. Empty for a message that was not read.
    /// </summary>
    public IReadOnlyList<SipMalformedLine> MalformedLines { get; internal set; } = [];

    /// <summary>The first line, without its line end.</summary>
    public string StartLine
    {
        get
        {
            var output = new ArrayBufferWriter<byte>();
            WriteStartLine(output);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
    }

    /// <summary>
    /// Whether <see cref="Write"/> shortens the header names that have a compact form in RFC 3261 §7.3.3: a message just above the size that
    /// UDP carries may then pass. Default false; names for which this library knows no compact form, or only one of an extension, stay long.
    /// </summary>
    public bool CompactNames { get; set; }

    /// <summary>The bytes up to the body the message was read from; 0 for a message that was made here.</summary>
    internal int HeadLength { get; set; }

    /// <summary>Whether its datagram went on behind the body.</summary>
    internal bool HasTrailingBytes { get; set; }

    /// <summary>
    /// Writes the message. Content-Length is always there and always the body's true length (RFC 3261 §18.3, RFC 3261 §20.14): where the
    /// header has it, or as the last row. Allocates nothing.
    /// </summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a part cannot stand in a message.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SipWriter.Write(this, output);
    }

    /// <summary>The message as bytes.</summary>
    public byte[] ToArray()
    {
        var output = new ArrayBufferWriter<byte>(1024 + Body.Length);
        Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The header and body as text, for people.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToArray());

    internal abstract void WriteStartLine(IBufferWriter<byte> output);
}
