using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Bodies;
using MimeKit;
using ContentDisposition = ImageShare.Core.Bodies.ContentDisposition;
using MediaType = ImageShare.Core.Text.MediaType;

namespace ImageShare.Core.Mime;

/// <summary>Turns MimeKit's tree into the core's values, within its limits. For one body.</summary>
internal sealed class EntityReader(MultipartLimits limits)
{
    private readonly ImmutableArray<BodyWarning>.Builder _warnings = ImmutableArray.CreateBuilder<BodyWarning>();
    private readonly HashSet<string> _contentIds = new(StringComparer.Ordinal);
    private int _parts;
    private long _length;

    public MultipartReadResult Read(MediaType contentType, Multipart multipart)
    {
        MultipartError error = ReadLevel(contentType, multipart, depth: 1, out MultipartBody? body);
        return new MultipartReadResult(error, 0, error == MultipartError.None ? body : null, _warnings.ToImmutable());
    }

    private MultipartError ReadLevel(MediaType contentType, Multipart multipart, int depth, out MultipartBody? body)
    {
        body = null;
        if (depth > limits.MaxDepth)
        {
            return MultipartError.TooDeep;
        }

        if (multipart.Count == 0)
        {
            return MultipartError.NoParts;
        }

        ImmutableArray<BodyPart>.Builder parts = ImmutableArray.CreateBuilder<BodyPart>(multipart.Count);
        foreach (MimeEntity entity in multipart)
        {
            if (++_parts > limits.MaxParts)
            {
                return MultipartError.TooManyParts;
            }

            MultipartError error = ReadPart(entity, depth, out BodyPart? part);
            if (error != MultipartError.None)
            {
                return error;
            }

            parts.Add(part!);
        }

        body = new MultipartBody(contentType, parts.ToImmutable());
        return MultipartError.None;
    }

    private MultipartError ReadPart(MimeEntity entity, int depth, out BodyPart? part)
    {
        MultipartError error = ReadHeaders(entity, out part);
        if (error != MultipartError.None)
        {
            return error;
        }

        if (entity is Multipart inner)
        {
            error = ReadLevel(part!.ContentType, inner, depth + 1, out MultipartBody? body);
            if (error == MultipartError.NoParts)
            {
                _warnings.Add(new BodyWarning(BodyWarningCode.UnreadableNestedBody, 0));
                error = MultipartError.None;
            }

            part = part with { Multipart = body };
            return error;
        }

        using var content = new MemoryStream();
        if (entity is MimePart { Content: { } encoded })
        {
            // As it stood in the body; decoded below, where a fault can be told.
            encoded.WriteTo(content, CancellationToken.None);
        }
        else
        {
            entity.WriteTo(FormatOptions.Default, content, contentOnly: true, CancellationToken.None);
        }

        part = Decode(part!, content.ToArray(), entity);
        _length += part.Content.Length;
        return _length > limits.MaxContentLength ? MultipartError.ContentTooLarge : MultipartError.None;
    }

    private MultipartError ReadHeaders(MimeEntity entity, out BodyPart? part)
    {
        part = null;
        if (entity.Headers.Count > limits.MaxHeaders || entity.Headers.Sum(h => h.Field.Length + h.RawValue.Length) > limits.MaxHeaderLength)
        {
            return MultipartError.HeadersTooLarge;
        }

        ImmutableArray<BodyHeader>.Builder others = ImmutableArray.CreateBuilder<BodyHeader>();
        ContentDisposition? disposition = null;
        foreach (Header header in entity.Headers)
        {
            switch (header.Id)
            {
                case HeaderId.ContentType or HeaderId.ContentId or HeaderId.ContentTransferEncoding:
                    break;
                case HeaderId.ContentDisposition:
                    if (disposition is null && !ContentDisposition.TryParse(Encoding.UTF8.GetBytes(header.Value.Trim()), out disposition))
                    {
                        _warnings.Add(new BodyWarning(BodyWarningCode.UnreadableDisposition, 0));
                    }

                    break;
                default:
                    others.Add(new BodyHeader(header.Field, header.Value.Trim()));
                    break;
            }
        }

        if (entity.ContentId is { } id && !_contentIds.Add(id))
        {
            _warnings.Add(new BodyWarning(BodyWarningCode.DuplicateContentId, 0));
        }

        part = new BodyPart
        {
            ContentType = ReadContentType(entity.Headers[HeaderId.ContentType]),
            ContentId = entity.ContentId,
            Disposition = disposition,
            OtherHeaders = others.ToImmutable(),
        };
        return MultipartError.None;
    }

    private MediaType ReadContentType(string? value)
    {
        if (value is null)
        {
            return new BodyPart().ContentType;
        }

        if (!MediaType.TryParse(Encoding.UTF8.GetBytes(value.Trim()), out MediaType? type))
        {
            type = new MediaType("application", "octet-stream");
            _warnings.Add(new BodyWarning(BodyWarningCode.UnreadableContentType, 0));
        }

        return type;
    }

    private BodyPart Decode(BodyPart part, byte[] content, MimeEntity entity)
    {
        switch ((entity as MimePart)?.ContentTransferEncoding)
        {
            case ContentEncoding.Base64:
                byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(content.Length)];
                if (Base64.DecodeFromUtf8(content, decoded, out _, out int written) == OperationStatus.Done)
                {
                    return part with { TransferEncoding = TransferEncoding.Base64, Content = decoded.AsMemory(0, written) };
                }

                _warnings.Add(new BodyWarning(BodyWarningCode.BadBase64, 0));
                return part with { TransferEncoding = TransferEncoding.Base64, IsDamaged = true };
            case ContentEncoding.QuotedPrintable:
                using (var output = new MemoryStream())
                {
                    ((MimePart)entity).Content.DecodeTo(output, CancellationToken.None);
                    return part with { TransferEncoding = TransferEncoding.QuotedPrintable, Content = output.ToArray() };
                }

            case ContentEncoding.UUEncode:
                _warnings.Add(new BodyWarning(BodyWarningCode.UnknownTransferEncoding, 0));
                return part with { TransferEncoding = TransferEncoding.Unknown, IsDamaged = true };
            case ContentEncoding.Binary:
                return part with { TransferEncoding = TransferEncoding.Binary, Content = content };
            default:
                return part with { Content = content };
        }
    }
}
