using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Cpim;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Media;

/// <summary>Wraps an image in message/cpim (RFC 3862) for peers that do not accept it bare (RFC 4975 §8.6). The image is not buffered.</summary>
internal static class ImageWrapper
{
    /// <summary>Writes the CPIM headers that precede the image.</summary>
    public static ReadOnlyMemory<byte> WriteHead(ImageDescription image, SipUri from, SipUri to, DateTimeOffset date, ContentDisposition? disposition)
    {
        CpimHead head = CpimHead.Create(from.ToString(), to.ToString(), image.Type, date);
        var output = new ArrayBufferWriter<byte>();
        (head with { Content = head.Content with { Disposition = disposition } }).Write(output);
        return output.WrittenMemory;
    }

    /// <summary>The message with the headers before its content; the message itself if there are none.</summary>
    public static MsrpOutgoingContent Around(ReadOnlyMemory<byte> head, MsrpOutgoingContent image)
    {
        if (head.IsEmpty)
        {
            return image;
        }

        int position = 0;
        return new MsrpOutgoingContent(Containers.Cpim, head.Length + image.Length, (memory, cancellationToken) =>
        {
            if (position == head.Length)
            {
                return image.Read(memory, cancellationToken);
            }

            int length = Math.Min(memory.Length, head.Length - position);
            head.Slice(position, length).CopyTo(memory);
            position += length;
            return ValueTask.FromResult(length);
        });
    }
}
