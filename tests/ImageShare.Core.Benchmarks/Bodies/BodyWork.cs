using System.Buffers;
using System.Text;
using ImageShare.Core.Benchmarks.Peers;
using ImageShare.Core.Benchmarks.Sdp;
using ImageShare.Core.Bodies;
using ImageShare.Core.Sdp;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>Reads a multipart body with an offer and an icon, as libosip2 and sofia-sip do beside it.</summary>
/// <param name="text">The value of Content-Type, a line end, and the body.</param>
/// <param name="iconId">The content-id of the icon.</param>
internal sealed class BodyWork(VariedText text, string iconId)
{
    private readonly int _start = text.Bytes.AsSpan().IndexOf("\r\n"u8) + 2;
    private readonly string _reference = "cid:" + iconId;

    public VariedText Text => text;

    /// <summary>The values of the offer are new each time, except the reference to the icon.</summary>
    public static BodyWork Create(MultipartBody body, string iconId)
    {
        var output = new ArrayBufferWriter<byte>(8192);
        output.Write(Encoding.ASCII.GetBytes(body.ContentType + "\r\n"));
        MultipartCodec.Write(body, output);
        return new BodyWork(new VariedText(output.WrittenSpan.ToArray(), [.. SdpWork.BeforeValues.Where(static b => !b.Contains("cid:", StringComparison.Ordinal))]), iconId);
    }

    public BodyWork Repeated() => new(text.Repeated(), iconId);

    /// <summary>Reads the type, the parts, every value of the offer's file, and decodes the icon.</summary>
    public int Read()
    {
        ReadOnlyMemory<byte> bytes = text.Next();
        if (!MediaType.TryParse(bytes.Span[..(_start - 2)], out MediaType? type)
            || MultipartCodec.Read(type, bytes[_start..], MultipartLimits.Default).Body is not { } body
            || !SessionDescription.TryParse(body.FindSessionDescription()!.Content.Span, out SessionDescription? offer))
        {
            throw new InvalidOperationException("The sample body does not read.");
        }

        return SdpWork.Typed(offer) + body.Resolve(_reference)!.Content.Length;
    }
}
