using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;

// Two stacks, connected here; yours would send the bytes itself.
OwnStackTransport? toBob = null;
await using var toAlice = new OwnStackTransport(new SipSentBy("bob.example", 5060), (bytes, _) => Deliver(toBob!, bytes));
toBob = new OwnStackTransport(new SipSentBy("alice.example", 5060), (bytes, _) => Deliver(toAlice, bytes));

// In a test, MSRP needs no socket either. Omit Network to use TCP.
var network = new InMemoryNetwork();
await using ImageShareClient alice = await StartAsync("sip:alice@ims.example", toBob);
await using ImageShareClient bob = await StartAsync("sip:bob@ims.example", toAlice);

var source = ImageSource.FromBytes(File.ReadAllBytes(args[0]), Path.GetFileName(args[0]), new MediaType("image", "png"));
await using ImageShareSession outgoing = await alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), source);
await foreach (ImageShareInvitation invitation in bob.Invitations)
{
    await using ImageShareSession incoming = await invitation.AcceptAsync(ImageStore.InDirectory("inbox"));
    ImageShareResult received = await incoming.Completion;
    Console.WriteLine($"{received.State}: {received.Stored?.Path} {received.Message}");
    break;
}

return (await outgoing.Completion).IsCompleted ? 0 : 1;

Task<ImageShareClient> StartAsync(string identity, ISipTransport transport) => ImageShareClient.StartAsync(
    new ImageShareOptions { Identity = SipUri.Parse(identity), CustomSipTransport = transport, Network = network });

static ValueTask Deliver(OwnStackTransport receiver, ReadOnlyMemory<byte> bytes)
{
    receiver.Receive(bytes);
    return ValueTask.CompletedTask;
}
