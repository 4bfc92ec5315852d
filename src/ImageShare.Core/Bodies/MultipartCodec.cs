using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Reads and writes multipart bodies (RFC 2046 §5.1) with MimeKit: whole delimiter lines, what peers send read with warnings instead of refused, and the
/// octets of binary parts left alone. Holds no state: all calls may overlap.
/// </summary>
public static class MultipartCodec
{
    /// <summary>Reads a body. Never throws for what is in it; the cost is bounded by <paramref name="limits"/>.</summary>
    /// <param name="contentType">The Content-Type of the message or part the body belongs to.</param>
    /// <param name="body">
    /// The octets of the body. Parts that need no decoding are slices of this memory: it must not change as long as they are used.
    /// </param>
    /// <param name="limits">What it may cost; null for the defaults.</param>
    public static MultipartReadResult Read(MediaType contentType, ReadOnlyMemory<byte> body, MultipartLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        return contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            ? MultipartReader.Read(contentType, body, limits ?? MultipartLimits.Default)
            : new MultipartReadResult(MultipartError.NotMultipart, 0, null, []);
    }

    /// <summary>Writes the parts between delimiters made of the boundary in the body's content type.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: there is no part, no usable boundary, or a value holds a line break or a NUL.
    /// </exception>
    public static void Write(MultipartBody body, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(output);
        MultipartWriter.Write(body, output);
    }
}
