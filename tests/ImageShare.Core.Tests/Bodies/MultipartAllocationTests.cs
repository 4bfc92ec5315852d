using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class MultipartAllocationTests
{
    private const int IconLength = 2048;

    [Test]
    public void An_offer_with_an_icon_costs_at_most_1000_octets_beyond_the_icon()
    {
        byte[] icon = new byte[IconLength];
        new Random(5547).NextBytes(icon);
        byte[] offer = new byte[555];
        offer.AsSpan().Fill((byte)'v');
        MultipartBody body = OfferBody.WithIcon(
            offer, new OfferIcon(new MediaType("image", "png"), icon, "icon@imageshare.test") { TransferEncoding = TransferEncoding.Base64 }, "related", IconLength);
        var output = new ArrayBufferWriter<byte>();
        MultipartCodec.Default.Write(body, output);
        byte[] octets = output.WrittenSpan.ToArray();
        for (int i = 0; i < 50; i++)
        {
            ReadAll(body.ContentType, octets);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ReadAll(body.ContentType, octets);
        }

        long cost = ((GC.GetAllocatedBytesForCurrentThread() - before) / 100) - IconLength;
        Assert.That(ReadAll(body.ContentType, octets), Is.EqualTo(555 + IconLength));
        TestContext.Out.WriteLine($"{cost} octets allocated");
        Assert.That(cost, Is.LessThanOrEqualTo(1000));
    }

    private static int ReadAll(MediaType type, byte[] octets)
    {
        MultipartBody body = MultipartCodec.Default.Read(type, octets, MultipartLimits.Default).Body!;
        return body.FindSessionDescription()!.Content.Length + body.Resolve("cid:icon@imageshare.test")!.Content.Length;
    }
}
