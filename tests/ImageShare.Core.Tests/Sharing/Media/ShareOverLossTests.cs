using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>SIP over a UDP that loses, doubles and reorders: retransmission carries every share through (RFC 3261 §17).</summary>
[TestFixture]
[Category("Load")]
public sealed class ShareOverLossTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [Category("TXN-002")]
    public async Task A_share_comes_through_a_network_that_loses_a_third_and_doubles_and_reorders(int seed)
    {
        for (int run = 0; run < 20; run++)
        {
            var random = new Random((seed * 100) + run);
            var time = new ManualTimeProvider();
            var late = new List<ITimer>();
            var network = new InMemoryNetwork();
            network.DatagramFilter = (from, to, datagram) =>
            {
                if (IsLate)
                {
                    return 1;
                }

                double fate;
                TimeSpan delay;
                lock (random)
                {
                    fate = random.NextDouble();
                    delay = TimeSpan.FromMilliseconds(50 + random.Next(1500));
                }

                switch (fate)
                {
                    case < 0.3:
                        return 0;
                    case < 0.45:
                        return 2;
                    case < 0.65:
                        // Behind what is sent after it.
                        byte[] copy = datagram.ToArray();
                        ITimer timer = time.CreateTimer(_ => DeliverLate(() => network.Deliver(from, to, copy)), null, delay, Timeout.InfiniteTimeSpan);
                        lock (late)
                        {
                            late.Add(timer);
                        }

                        return 0;
                    default:
                        return 1;
                }
            };
            ImageShareOptions Change(ImageShareOptions options) => options with { TimeProvider = time, Transport = SipTransportChoice.Udp };
            SharePair pair = await SharePair.StartAsync(network, Change, Change);
            ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(20_000)));
            Task<ImageShareSession> accepting = AcceptAsync(pair);
            await time.DriveAsync(outgoing.Completion, 0.1);
            ImageShareResult sent = await outgoing.Completion;
            Assert.That(sent.IsCompleted, Is.True, $"seed {seed}, run {run}: {sent.Message}");
            ImageShareSession incoming = await accepting.WaitAsync(SharePair.Patience);
            Assert.That((await time.DriveAsync(incoming.Completion, 0.1)).IsVerified, Is.True);
            await time.DriveAsync(pair.DisposeAsync().AsTask());
            late.ForEach(static t => t.Dispose());
            Assert.That(() => time.ArmedTimers, Is.Zero.After(30_000, 1));
        }
    }

    [ThreadStatic]
    private static bool _isLate;

    private static bool IsLate => _isLate;

    private static void DeliverLate(Action deliver)
    {
        _isLate = true;
        try
        {
            deliver();
        }
        finally
        {
            _isLate = false;
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
