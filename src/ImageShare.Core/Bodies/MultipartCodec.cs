using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Reads and writes multipart bodies (RFC 2046 §5.1) with MimeKit. Deviations of peers lead to warnings where possible, and binary parts are
/// unchanged. Stateless and thread-safe.
/// </summary>
public static class MultipartCodec
{
    /// <summary>Reads a body. Never throws because of its content; the cost is bounded by <paramref name="limits"/>.</summary>
    /// <param name="contentType">The Content-Type of the message or part the body belongs to.</param>
    /// <param name="body">The bytes of the body. Parts that are not encoded are slices of this memory, which must not change while they are
    /// in use.</param>
    /// <param name="limits">The limits; null for the defaults.</param>
    public static MultipartReadResult Read(MediaType contentType, ReadOnlyMemory<byte> body, MultipartLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        return contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            ? MultipartReader.Read(contentType, body, limits ?? MultipartLimits.Default)
            : new MultipartReadResult(MultipartError.NotMultipart, 0, null, []);
    }

    /// <summary>Writes the parts, separated by the boundary in the body's content type.</summary>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.InvalidValue"/>: there is no part or no usable boundary, or a value contains a line break or NUL.
    /// </exception>
    public static void Write(MultipartBody body, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(output);
        MultipartWriter.Write(body, output);
    }
}
