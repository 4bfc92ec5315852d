using System.Net;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>SIP over a stack of the application's own: the sample of docs/sip-transport.md.</summary>
[TestFixture]
public sealed class CustomSipTransportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [TestCase("127.0.0.1", null, "127.0.0.1")]
    [TestCase("0.0.0.0", null, "127.0.0.1")]
    [TestCase("0.0.0.0", "127.0.0.9", "127.0.0.9")]
    public async Task A_whole_share_runs_over_it(string bound, string? advertised, string media)
    {
        var sent = new List<string>();
        OwnStackTransport? toBob = null;
        var toAlice = new OwnStackTransport(new SipSentBy("bob.example", 5060), (octets, _) => Deliver(toBob!, octets));
        toBob = new OwnStackTransport(new SipSentBy("alice.example", 5060), (octets, _) => Deliver(toAlice, octets));
        var network = new InMemoryNetwork();
        ImageShareOptions Options(string user, ISipTransport transport) => new()
        {
            Identity = SipUri.Parse($"sip:{user}@ims.example"),
            CustomSipTransport = transport,
            Network = network,
            LocalEndPoint = IPEndPoint.Parse($"{bound}:0"),
            Advertised = new AdvertisedAddress(advertised),
        };

        await using ImageShareClient alice = await ImageShareClient.StartAsync(Options("alice", toBob));
        await using ImageShareClient bob = await ImageShareClient.StartAsync(Options("bob", toAlice));
        Assert.That(bob.Address, Is.EqualTo(SipUri.Parse("sip:bob@bob.example:5060")));
        using var folder = new Folder();
        byte[] image = TestImage.Png(40_000);
        await using ImageShareSession outgoing = await alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(image));
        await using IAsyncEnumerator<ImageShareInvitation> invitations = bob.Invitations.GetAsyncEnumerator();
        Assert.That(await invitations.MoveNextAsync().AsTask().WaitAsync(Patience), Is.True);
        await using ImageShareSession incoming = await invitations.Current.AcceptAsync(ImageStore.InDirectory(folder.Path));
        ImageShareResult received = await incoming.Completion.WaitAsync(Patience);
        Assert.That((await outgoing.Completion.WaitAsync(Patience)).IsCompleted, Is.True);
        Assert.That(received.IsVerified, Is.True, received.Message);
        Assert.That(await File.ReadAllBytesAsync(received.Stored!.Path!), Is.EqualTo(image));
        lock (sent)
        {
            Assert.That(sent.Select(t => t.Split(' ')[0]), Is.SupersetOf((string[])["OPTIONS", "INVITE", "ACK", "BYE"]));
            Assert.That(sent.Where(t => t.StartsWith("INVITE", StringComparison.Ordinal)), Is.All.Contains($"c=IN IP4 {media}\r\n").And.All.Contains($"a=path:msrp://{media}:"));
        }

        ValueTask Deliver(OwnStackTransport receiver, ReadOnlyMemory<byte> octets)
        {
            lock (sent)
            {
                sent.Add(System.Text.Encoding.UTF8.GetString(octets.Span));
            }

            Assert.That(receiver.Receive(octets), Is.True);
            return ValueTask.CompletedTask;
        }
    }

    [Test]
    public void What_is_no_message_is_told_the_stack()
    {
        var transport = new OwnStackTransport(new SipSentBy("bob.example", 5060), (_, _) => ValueTask.CompletedTask);
        Assert.That(transport.Receive("noise"u8.ToArray()), Is.False);
    }

    [Test]
    public async Task The_client_starts_it_and_leaves_its_end_to_whoever_made_it()
    {
        var network = new InMemoryNetwork();
        await using SipTransport transport = SipTransport.Create(network);
        await using SipTransport peer = SipTransport.Create(network);
        var atPeer = new Sip.Transport.RecordingReceiver();
        peer.Start(atPeer);
        ImageShareClient client = await ImageShareClient.StartAsync(
            new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), CustomSipTransport = transport, Network = network });
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
        await transport.SendAsync(new SipRequest(SipMethod.Options, SipUri.Parse("sip:b@h")), new SipDestination(peer.LocalEndPoint, SipProtocol.Udp), CancellationToken.None);
        Assert.That((await atPeer.NextAsync()).Message, Is.InstanceOf<SipRequest>(), "it still sends");
    }
}
