using System.Buffers;

namespace ImageShare.Core.Sip.Headers;

/// <summary>A typed header field value, or one value of a list header, that can be added to a <see cref="Messages.SipHeaders"/>.</summary>
public interface ISipHeaderValue
{
    /// <summary>Writes the value as it is written after the colon.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a part cannot be written into a message.</exception>
    void Write(IBufferWriter<byte> output);
}
