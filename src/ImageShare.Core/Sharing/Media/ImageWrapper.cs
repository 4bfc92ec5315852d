using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Cpim;
using ImageShare.Core.Images;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Sharing.Media;

/// <summary>Sends an image inside message/cpim (RFC 3862), for peers that take it in no other way (RFC 4975 §8.6). Nothing of the image is kept.</summary>
internal static class ImageWrapper
{
    /// <summary>What stands before the octets of the image.</summary>
    public static ReadOnlyMemory<byte> WriteHead(ImageDescription image, SipUri from, SipUri to, DateTimeOffset date, ContentDisposition? disposition)
    {
        CpimHead head = CpimHead.Create(from.ToString(), to.ToString(), image.Type, date);
        var output = new ArrayBufferWriter<byte>();
        (head with { Content = head.Content with { Disposition = disposition } }).Write(output);
        return output.WrittenMemory;
    }

    /// <summary>The message with that head before its octets; the message itself when there is none.</summary>
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
