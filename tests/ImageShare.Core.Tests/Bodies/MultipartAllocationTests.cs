using System.Buffers;
using ImageShare.Core.Bodies;
using MimeKit;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class MultipartAllocationTests
{
    private const int DescriptionLength = 555;
    private const int IconLength = 2048;

    [Test]
    public void An_offer_with_an_icon_costs_no_more_than_with_MimeKit_alone([Values(TransferEncoding.Base64, TransferEncoding.Binary)] TransferEncoding encoding)
    {
        byte[] icon = new byte[IconLength];
        new Random(5547).NextBytes(icon);
        byte[] offer = new byte[DescriptionLength];
        offer.AsSpan().Fill((byte)'v');
        MultipartBody body = OfferBody.WithIcon(
            offer, new OfferIcon(new Core.Text.MediaType("image", "png"), icon, "icon@imageshare.test") { TransferEncoding = encoding }, "related", IconLength);
        var output = new ArrayBufferWriter<byte>();
        MultipartCodec.Write(body, output);
        byte[] octets = output.WrittenSpan.ToArray();
        string type = body.ContentType.ToString();
        Assert.That(Read(body.ContentType, octets), Is.EqualTo(DescriptionLength + IconLength));
        Assert.That(ReadBare(type, octets), Is.EqualTo(DescriptionLength + IconLength));
        long ours = Cost(() => Read(body.ContentType, octets));
        long bare = Cost(() => ReadBare(type, octets));
        TestContext.Out.WriteLine($"{ours} octets allocated, {bare} by MimeKit alone");
        Assert.That(ours, Is.LessThanOrEqualTo(bare));
    }

    private static long Cost(Func<int> read)
    {
        for (int i = 0; i < 50; i++)
        {
            read();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            read();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
    }

    private static int Read(Core.Text.MediaType type, byte[] octets)
    {
        MultipartBody body = MultipartCodec.Read(type, octets).Body!;
        return body.FindSessionDescription()!.Content.Length + body.Resolve("cid:icon@imageshare.test")!.Content.Length;
    }

    private static int ReadBare(string type, byte[] octets)
    {
        using var stream = new MemoryStream(octets);
        using var multipart = (Multipart)MimeEntity.Load(ContentType.Parse(type), stream);
        return multipart.Cast<MimePart>().Sum(part =>
        {
            using var content = new MemoryStream();
            part.Content!.DecodeTo(content);
            return (int)content.Length;
        });
    }
}
