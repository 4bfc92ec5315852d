using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Reads and writes multipart bodies. <see cref="MultipartCodec"/> is the library's own; an application that prefers another MIME
/// library puts it behind this interface. Implementations hold no state: all calls may overlap.
/// </summary>
public interface IMultipartCodec
{
    /// <summary>Reads a body. Never throws for what is in it; the cost is bounded by <paramref name="limits"/>.</summary>
    /// <param name="contentType">The Content-Type of the message or part the body belongs to.</param>
    /// <param name="body">
    /// The octets of the body. Parts that need no decoding are slices of this memory: it must not change as long as they are used.
    /// </param>
    /// <param name="limits">What it may cost.</param>
    MultipartReadResult Read(MediaType contentType, ReadOnlyMemory<byte> body, MultipartLimits limits);

    /// <summary>Writes the parts between delimiters made of the boundary in the body's content type.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: there is no part, no usable boundary, or a value holds a line break.
    /// </exception>
    void Write(MultipartBody body, IBufferWriter<byte> output);
}
