using System.Buffers;
using ImageShare.Core.Bodies;
using MimeKit;
using MediaType = ImageShare.Core.Text.MediaType;

namespace ImageShare.Core.Mime;

/// <summary>
/// Reads and writes multipart bodies with MimeKit, for an application that has it anyway. Give it to
/// <see cref="ImageShareOptions.MultipartCodec"/>. Holds no state: all calls may overlap.
/// </summary>
/// <remarks>
/// MimeKit was made for mail and passes over much in silence, so fewer of the warnings of <see cref="MultipartCodec"/> appear, and
/// without offsets. Broken base64 is found all the same: it is decoded here, strictly.
/// </remarks>
public sealed class MimeKitMultipartCodec : IMultipartCodec
{
    /// <inheritdoc/>
    public MultipartReadResult Read(MediaType contentType, ReadOnlyMemory<byte> body, MultipartLimits limits)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ArgumentNullException.ThrowIfNull(limits);
        if (!contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            return Failed(MultipartError.NotMultipart);
        }

        if (string.IsNullOrEmpty(contentType.Parameters.GetValue("boundary")))
        {
            return Failed(MultipartError.MissingBoundary);
        }

        if (!ContentType.TryParse(contentType.ToString(), out ContentType? type))
        {
            return Failed(MultipartError.BadBoundary);
        }

        // One level more than allowed, so that what is too deep is seen and not silently flat.
        var options = new ParserOptions { MaxMimeDepth = limits.MaxDepth + 1 };
        try
        {
            using var stream = new MemoryStream(body.ToArray(), writable: false);
            using var entity = MimeEntity.Load(options, type, stream, CancellationToken.None);
            return entity is Multipart multipart
                ? new EntityReader(limits).Read(contentType, multipart)
                : Failed(MultipartError.NoParts);
        }
        catch (FormatException)
        {
            // MimeKit's word for a stream it can make nothing of.
            return Failed(MultipartError.NoParts);
        }
    }

    /// <inheritdoc/>
    public void Write(MultipartBody body, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(output);
        FormatOptions options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        using Multipart multipart = EntityWriter.ToMultipart(body, depth: 1);
        using var stream = new MemoryStream();
        multipart.WriteTo(options, stream, contentOnly: true, CancellationToken.None);
        output.Write(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static MultipartReadResult Failed(MultipartError error) => new(error, 0, null, []);
}
