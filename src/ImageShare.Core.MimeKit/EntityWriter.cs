using ImageShare.Core.Bodies;
using MimeKit;

namespace ImageShare.Core.Mime;

/// <summary>Turns the core's values into MimeKit's tree.</summary>
internal static class EntityWriter
{
    public static Multipart ToMultipart(MultipartBody body, int depth)
    {
        string? boundary = body.ContentType.Parameters.GetValue("boundary");
        if (body.Parts.IsEmpty || string.IsNullOrEmpty(boundary) || depth > MultipartLimits.DeepestNesting)
        {
            throw new ImageShareException(
                ImageShareError.InvalidValue, "A multipart body has no parts or no boundary, or is nested too deeply; make it with MultipartBody.Create.");
        }

        var multipart = new Multipart(body.ContentType.Subtype) { Boundary = boundary };
        foreach (BodyPart part in body.Parts)
        {
            multipart.Add(part.Multipart is { } inner ? ToMultipart(inner, depth + 1) : ToPart(part));
        }

        return multipart;
    }

    private static MimePart ToPart(BodyPart part)
    {
        ThrowIfLineBreaking(part.ContentType.ToString());
        ThrowIfLineBreaking(part.ContentId);
        ThrowIfLineBreaking(part.Disposition?.ToString());
        var entity = new MimePart(ContentType.Parse(part.ContentType.ToString()))
        {
            Content = new MimeContent(new MemoryStream(part.Content.ToArray(), writable: false)),

            // Never left open: with any other encoding MimeKit rewrites the line ends, and a picture arrives changed.
            ContentTransferEncoding = part.TransferEncoding == TransferEncoding.Base64 ? ContentEncoding.Base64 : ContentEncoding.Binary,
        };
        if (part.ContentId is { } id)
        {
            entity.Headers.Replace(HeaderId.ContentId, $"<{id}>");
        }

        if (part.Disposition is { } disposition)
        {
            entity.Headers.Replace(HeaderId.ContentDisposition, disposition.ToString());
        }

        foreach (BodyHeader header in part.OtherHeaders)
        {
            ThrowIfLineBreaking(header.Name);
            ThrowIfLineBreaking(header.Value);
            if (!header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                entity.Headers.Add(header.Name, header.Value);
            }
        }

        return entity;
    }

    private static void ThrowIfLineBreaking(string? value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new ImageShareException(ImageShareError.InvalidValue, "A header value of a body part holds a line break; take it out.");
        }
    }
}
