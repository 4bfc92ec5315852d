using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>The two programs a developer writes first, as they would be written: query and share on one side, accept on the other.</summary>
[TestFixture]
public sealed class FirstProgramTests
{
    [Test]
    public async Task A_sender_and_a_receiver_of_a_few_lines_share_an_image()
    {
        var network = new InMemoryNetwork();
        using var limit = new CancellationTokenSource(SharePair.Patience);
        CancellationToken cancellationToken = limit.Token;
        await using ImageShareClient receiver = await ImageShareClient.StartAsync(
            new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example"), Network = network }, cancellationToken);
        Task<ImageShareResult> receiving = ReceiveAsync(receiver, cancellationToken);

        SipUri bob = receiver.Address;
        var icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(500));
        var progress = new LastProgress();

        await using var client = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = network,
        });

        ImageShareCapabilities peer = await client.QueryCapabilitiesAsync(bob, cancellationToken);

        await using ImageShareSession session =
            await client.ShareAsync(bob, SharePair.Image(TestImage.Png(100_000)), new ShareSettings { Icon = icon, Progress = progress }, cancellationToken);
        ImageShareResult result = await session.Completion;

        ImageShareResult received = await receiving;
        Assert.Multiple(() =>
        {
            Assert.That(peer.CanShareImages, Is.True);
            Assert.That(result.State, Is.EqualTo(ImageShareState.Completed), result.Message);
            Assert.That(received.State, Is.EqualTo(ImageShareState.Completed), received.Message);
            Assert.That(progress.Bytes, Is.EqualTo(100_000));
        });
    }

    private static async Task<ImageShareResult> ReceiveAsync(ImageShareClient client, CancellationToken cancellationToken)
    {
        await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(cancellationToken))
        {
            await using var incoming = await invitation.AcceptAsync(ImageStore.InMemory(), cancellationToken);   // or DeclineAsync
            ImageShareResult received = await incoming.Completion;
            return received;
        }

        throw new InvalidOperationException("No invitation came.");
    }

    private sealed class LastProgress : IProgress<ImageShareProgress>
    {
        public long Bytes { get; private set; }

        public void Report(ImageShareProgress value) => Bytes = value.Bytes;
    }
}
