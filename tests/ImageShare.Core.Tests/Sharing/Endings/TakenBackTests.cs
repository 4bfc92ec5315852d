using ImageShare.Core.Net;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>A user who takes a picture back is obeyed, though its octets lie in buffers on the way already (RFC 5547 §8.4).</summary>
[TestFixture]
[Category("FT-024")]
public sealed class TakenBackTests
{
    private const int Size = 300_000;

    [Test]
    public async Task What_is_on_its_way_when_the_sender_cancels_is_not_stored()
    {
        var network = new LongPathNetwork(new InMemoryNetwork(), arriving: Size / 4);
        await using SharePair pair = await SharePair.StartAsync(network, Udp, Udp);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(Size)), new ShareSettings { QueryFirst = false });
        await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        await network.WaitUntilMessageTakenAsync(Size);
        Task<ImageShareResult> cancelling = outgoing.CancelAsync();

        // The octets come right behind the BYE.
        await Reached(incoming, static state => state is not (ImageShareState.Connecting or ImageShareState.Transferring));
        network.Release();
        ImageShareResult sent = await cancelling.WaitAsync(SharePair.Patience), received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.State, Is.EqualTo(ImageShareState.Cancelled), sent.Message);
            Assert.That(sent.EndedBy, Is.EqualTo(ImageShareEndedBy.User));
            Assert.That(sent.PeerMayHaveImage, Is.True, "all of it had left");
            Assert.That(received.State, Is.EqualTo(ImageShareState.Cancelled), received.Message);
            Assert.That(received.EndedBy, Is.EqualTo(ImageShareEndedBy.Peer));
            Assert.That(pair.Inbox.GetFiles(), Is.Empty);
        });
    }

    [TestCase(120 * 1024, 120 * 1024, 5, 120 * 1024)]
    [TestCase(120 * 1024, 122_880, 1200, 5120)]
    [TestCase(5120, 5120, 49, 10_240)]
    [TestCase(5120, 5120, 51, 5019)]
    [TestCase(4096, 4096, 10_000, 4096)]
    [TestCase(120 * 1024, 100, 10_000, 4096)]
    [TestCase(100_000, 100_000, 0, 122_880)]
    public void A_flush_follows_what_the_path_takes(int size, long octets, int milliseconds, int next)
    {
        Assert.That(Core.Msrp.Writing.FlushSize.GetNext(size, octets, TimeSpan.FromMilliseconds(milliseconds)), Is.EqualTo(next));
    }

    private static ImageShareOptions Udp(ImageShareOptions options) => options with { Transport = SipTransportChoice.Udp };

    private static async Task Reached(ImageShareSession session, Func<ImageShareState, bool> isReached)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.StateChanged += (_, state) =>
        {
            if (isReached(state))
            {
                reached.TrySetResult();
            }
        };
        if (!isReached(session.State))
        {
            await reached.Task.WaitAsync(SharePair.Patience);
        }
    }
}
