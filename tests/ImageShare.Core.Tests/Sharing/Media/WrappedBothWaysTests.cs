using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Two clients, the receiving one of which says that it takes images inside message/cpim only (the example of RFC 5547 §9.2 says it so).</summary>
[TestFixture]
public sealed class WrappedBothWaysTests
{
    private static readonly byte[] Image = TestImage.Png(300_000);

    [Test]
    [Category("MSRP-035")]
    [Category("MSRP-047")]
    [Category("CPIM-003")]
    public async Task An_image_wrapped_on_one_side_is_unwrapped_on_the_other([Values("Rcs2", "Ir79", "Rfc5547")] string profile)
    {
        await using SharePair pair = await StartAsync(o => o with { Profile = Enum(profile) });
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(Image);
        AssertWhole(pair, sent, received);
    }

    [Test]
    [Category("MSRP-035")]
    [Category("FT-033")]
    public async Task The_rest_of_an_image_too()
    {
        await using SharePair pair = await StartAsync(static o => o);
        IImageStore store = ImageStore.InDirectory(pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true });
        await using (IImageSink sink = await store.CreateAsync(new IncomingImage
        {
            SuggestedName = "cat.png",
            Type = new Core.Text.MediaType("image", "png"),
            Size = Image.Length,
            Hashes = [new ImageHash("sha-1", Sha1.Of(Image))],
        }))
        {
            await sink.WriteAsync(0, new System.Buffers.ReadOnlySequence<byte>(Image, 0, 200_000));
        }

        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Image), new ShareSettings { ResumeAt = 200_000 });
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(store);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        AssertWhole(pair, sent, received, 200_000);
        Assert.That(Text(pair.FirstSent("INVITE")), Does.Contain("a=file-range:200001-*\r\n"));
    }

    [Test]
    [Category("MSRP-035")]
    [Category("MSRP-047")]
    public async Task A_fetched_image_too()
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        await using SharePair pair = await StartAsync(o => o, ImageCatalogue.FromDirectory(folder.Path));
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        AssertWhole(pair, await served.Completion.WaitAsync(SharePair.Patience), received);
        Assert.That(received.SentFile?.Name, Is.EqualTo("cat.png"), "said inside");
    }

    private static void AssertWhole(SharePair pair, ImageShareResult sent, ImageShareResult received, int first = 0) => Assert.Multiple(() =>
    {
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(received.IsCompleted && received.IsVerified, Is.True, received.Message);
        Assert.That((sent.BytesTransferred, received.BytesTransferred), Is.EqualTo(((long)Image.Length, (long)Image.Length)));
        Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(Image));
        lock (pair.Sent)
        {
            long onTheWire = pair.Sent.Where(static m => m.Protocol.StartsWith("MSRP", StringComparison.Ordinal)).Sum(static m => (long)m.BodyLength);
            Assert.That(onTheWire - (Image.Length - first), Is.InRange(100, 1000), "the head of the message/cpim");
        }
    });

    private static string Text(Core.Diagnostics.ImageShareTraceEvent sent) => Encoding.Latin1.GetString(sent.Bytes.Span);

    private static ImageShareProfile Enum(string name) => name switch { "Ir79" => ImageShareProfile.Ir79, "Rfc5547" => ImageShareProfile.Rfc5547, _ => ImageShareProfile.Rcs2 };

    // The side that receives says so: in the answer to a push, and in the offer of a fetch.
    private static Task<SharePair> StartAsync(Func<ImageShareOptions, ImageShareOptions> alice, IImageCatalogue? catalogue = null) => SharePair.StartAsync(
        new RewritingNetwork(new InMemoryNetwork(), static message => message.Contains("\r\na=recvonly\r\n", StringComparison.Ordinal)
            ? string.Join("\r\n", message.Split("\r\n").Select(static line =>
                line.StartsWith("a=accept-types:", StringComparison.Ordinal) ? "a=accept-types:message/cpim\r\na=accept-wrapped-types:image/*" : line))
            : message),
        o => alice(o) with { Transport = SipTransportChoice.Udp },
        o => o with { Transport = SipTransportChoice.Udp, Catalogue = catalogue });
}
