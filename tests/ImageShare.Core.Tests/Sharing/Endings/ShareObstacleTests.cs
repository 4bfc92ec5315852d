using ImageShare.Core.Images;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>What keeps a share from beginning: the file, the peer's capabilities, and a peer that is not there.</summary>
[TestFixture]
public sealed class ShareObstacleTests
{
    [Test]
    public async Task A_file_that_does_not_exist_is_said_before_anything_is_sent()
    {
        await using SharePair pair = await SharePair.StartAsync();
        Assert.That(
            async () => await pair.Alice.ShareAsync(pair.Bob.Address, ImageSource.FromFile(Path.Combine(pair.Inbox.FullName, "none.png"))),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.FileNotFound));
        Assert.That(pair.SipSent(), Is.Empty);
    }

    [Test]
    public async Task What_is_no_image_is_not_offered()
    {
        await using SharePair pair = await SharePair.StartAsync();
        Assert.That(
            async () => await pair.Alice.ShareAsync(pair.Bob.Address, ImageSource.FromBytes(new byte[10], "notes.txt", new MediaType("text", "plain"))),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.TypeNotAccepted));
        Assert.That(pair.SipSent(), Is.Empty);
    }

    [Test]
    [Category("IS-028")]
    public async Task A_type_the_peer_does_not_take_is_not_offered()
    {
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { AcceptedTypes = [new MediaType("image", "gif")] });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareResult result = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(ImageShareError.TypeNotAccepted));
            Assert.That(result.Message, Does.Contain("image/jpeg").And.Contain("image/gif"));
            Assert.That(pair.SipSent(), Has.None.StartsWith("INVITE"));
        });
    }

    [Test]
    [Category("IS-028")]
    public async Task An_image_larger_than_the_peer_takes_is_not_offered()
    {
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Limits = o.Limits with { MaxImageSize = 999 } });
        await using ImageShareSession asked = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)));
        ImageShareResult result = await asked.Completion.WaitAsync(SharePair.Patience);
        await using ImageShareSession unasked = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });
        ImageShareResult refused = await unasked.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(ImageShareError.TooLarge));
            Assert.That(refused.SipStatus, Is.EqualTo(488));
            Assert.That(refused.Message, Does.Contain("999"));
        });
    }

    [Test]
    public async Task Nobody_at_the_peer_s_address_is_PeerUnreachable_over_TCP()
    {
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance, alice: o => o with { Transport = SipTransportChoice.Tcp });
        SipUri nobody = pair.Bob.Address;
        await pair.Bob.DisposeAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(nobody, SharePair.Image(TestImage.Png(1000)));
        ImageShareResult result = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.PeerUnreachable), result.Message);
    }

    [Test]
    [Category("TXN-008")]
    public async Task Silence_is_NoAnswer_after_the_transaction_s_time()
    {
        var time = new ManualTimeProvider();
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, alice: o => o with { TimeProvider = time });
        network.DatagramFilter = (_, _, _) => 0;
        Task<ImageShareCapabilities> query = pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address);
        Assert.That(async () => await time.DriveAsync(query), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer));
        Assert.That(time.Elapsed, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(32)));
    }

    [Test]
    public async Task A_query_takes_no_longer_than_the_client_s_patience()
    {
        var time = new ManualTimeProvider();
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(
            network, alice: o => o with { TimeProvider = time, Limits = o.Limits with { AnswerTimeout = TimeSpan.FromSeconds(3) } });
        network.DatagramFilter = (_, _, _) => 0;
        Task<ImageShareCapabilities> query = pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address);
        Assert.That(
            async () => await time.DriveAsync(query),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NoAnswer).And.Message.Contains("3 s"));
    }
}
