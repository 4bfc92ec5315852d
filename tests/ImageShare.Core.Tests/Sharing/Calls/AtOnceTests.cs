using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Several shares at the same time on something they have in common: a relay and its account, an identity, a pair of clients.</summary>
[TestFixture]
[Category("IS-018")]
public sealed class AtOnceTests
{
    private const int Shares = 8;

    [Test]
    [Category("TLS-018")]
    [Category("Load")]
    public async Task Shares_through_one_account_of_one_relay_all_complete()
    {
        var network = new InMemoryNetwork();
        await using var relay = new RelayServer(network);
        var trusting = new TlsOptions { TrustedRoots = [TestCertificates.Authority] };
        ImageShareOptions Behind(ImageShareOptions options) => options with { MsrpRelays = [relay.AsRelay()], MsrpTls = trusting };
        await using SharePair pair = await SharePair.StartAsync(network, Behind, Behind);
        using var accepting = new Acceptor(pair.Bob, pair.Store);
        ImageShareResult[] results = await ShareAllAsync(pair.Alice, pair.Bob.Address);
        Assert.That(results.Where(static r => !r.IsCompleted).Select(static r => r.Message), Is.Empty);
        Assert.That(pair.Inbox.GetFiles(), Has.Length.EqualTo(Shares));
    }

    [Test]
    public async Task Two_clients_of_one_identity_share_with_one_peer()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareClient other = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = pair.Network });
        using var accepting = new Acceptor(pair.Bob, pair.Store);
        ImageShareResult[][] results = await Task.WhenAll(ShareAllAsync(pair.Alice, pair.Bob.Address), ShareAllAsync(other, pair.Bob.Address));
        Assert.That(results.SelectMany(static r => r).Where(static r => !r.IsCompleted).Select(static r => r.Message), Is.Empty);
        Assert.That(pair.Inbox.GetFiles(), Has.Length.EqualTo(2 * Shares));
    }

    // Both listen, dial and reuse connections; none is taken from a share of the other direction.
    [Test]
    [Category("MSRP-050")]
    public async Task Two_clients_share_with_each_other()
    {
        await using SharePair pair = await SharePair.StartAsync();
        using var atBob = new Acceptor(pair.Bob, pair.Store);
        using var atAlice = new Acceptor(pair.Alice, pair.Store);
        for (int round = 0; round < 5; round++)
        {
            ImageShareResult[][] results = await Task.WhenAll(ShareAllAsync(pair.Alice, pair.Bob.Address), ShareAllAsync(pair.Bob, pair.Alice.Address));
            Assert.That(results.SelectMany(static r => r).Where(static r => !r.IsCompleted).Select(static r => r.Message), Is.Empty);
        }
    }

    private static Task<ImageShareResult[]> ShareAllAsync(ImageShareClient from, SipUri to) => Task.WhenAll(Enumerable.Range(0, Shares).Select(i => Task.Run(async () =>
    {
        ImageSource image = SharePair.Image(TestImage.Png(20_000), $"{i}.png");
        await using ImageShareSession session = await from.ShareAsync(to, image, new ShareSettings { QueryFirst = i % 2 == 0 });
        return await session.Completion.WaitAsync(SharePair.Patience);
    })));

    /// <summary>Takes all that comes.</summary>
    private sealed class Acceptor : IDisposable
    {
        private readonly CancellationTokenSource _end = new();

        public Acceptor(ImageShareClient client, IImageStore store) => _ = Task.Run(async () =>
        {
            await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(_end.Token))
            {
                _ = invitation.AcceptAsync(store);
            }
        });

        public void Dispose() => _end.Cancel();
    }
}
