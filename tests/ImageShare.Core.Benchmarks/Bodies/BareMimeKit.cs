using MimeKit;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>MimeKit as one would use it without this library: no limits, no warnings.</summary>
internal static class BareMimeKit
{
    public static int Read(string type, byte[] octets)
    {
        using var stream = new MemoryStream(octets);
        using var multipart = (Multipart)MimeEntity.Load(ContentType.Parse(type), stream);
        int length = 0;
        foreach (MimePart part in multipart.Cast<MimePart>())
        {
            using var content = new MemoryStream();
            part.Content!.DecodeTo(content);
            length += content.ToArray().Length;
        }

        return length;
    }

    public static byte[] Write(byte[] offer, byte[] icon, string iconId, bool inBase64)
    {
        using var multipart = new Multipart("related")
        {
            new MimePart("application", "sdp")
            {
                Content = new MimeContent(new MemoryStream(offer, writable: false)),
                ContentTransferEncoding = ContentEncoding.Binary,
            },
            new MimePart("image", "png")
            {
                Content = new MimeContent(new MemoryStream(icon, writable: false)),
                ContentTransferEncoding = inBase64 ? ContentEncoding.Base64 : ContentEncoding.Binary,
                ContentId = iconId,
                ContentDisposition = new ContentDisposition("icon"),
            },
        };
        using var stream = new MemoryStream();
        multipart.WriteTo(stream, contentOnly: true, CancellationToken.None);
        return stream.ToArray();
    }
}
