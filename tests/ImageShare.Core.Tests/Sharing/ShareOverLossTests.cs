using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing;

/// <summary>SIP over a UDP that loses and doubles: retransmission carries every share through (RFC 3261 §17).</summary>
[TestFixture]
public sealed class ShareOverLossTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [Category("TXN-002")]
    public async Task A_share_comes_through_a_network_that_loses_a_third_and_doubles_a_fifth(int seed)
    {
        for (int run = 0; run < 20; run++)
        {
            var random = new Random((seed * 100) + run);
            var time = new ManualTimeProvider();
            var network = new InMemoryNetwork
            {
                DatagramFilter = (_, _, _) =>
                {
                    lock (random)
                    {
                        return random.NextDouble() switch { < 0.3 => 0, < 0.5 => 2, _ => 1 };
                    }
                },
            };
            ImageShareOptions Change(ImageShareOptions options) => options with { TimeProvider = time, Transport = SipTransportChoice.Udp };
            SharePair pair = await SharePair.StartAsync(network, Change, Change);
            ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(20_000)));
            Task<ImageShareSession> accepting = AcceptAsync(pair);
            await time.DriveAsync(outgoing.Completion, 0.1);
            ImageShareResult sent = await outgoing.Completion;
            Assert.That(sent.IsCompleted, Is.True, $"Run {run}: {sent.Message}");
            ImageShareSession incoming = await accepting.WaitAsync(SharePair.Patience);
            Assert.That((await time.DriveAsync(incoming.Completion, 0.1)).IsVerified, Is.True);
            await time.DriveAsync(pair.DisposeAsync().AsTask());
            Assert.That(time.ArmedTimers, Is.Zero);
        }
    }

    private static async Task<ImageShareSession> AcceptAsync(SharePair pair)
    {
        await foreach (ImageShareInvitation invitation in pair.Bob.Invitations)
        {
            return await invitation.AcceptAsync(pair.Store);
        }

        throw new InvalidOperationException("The client was closed.");
    }
}
