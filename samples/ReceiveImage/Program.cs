using ImageShare.Core;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

await using ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example") });
Console.WriteLine($"Listening on {client.Address}");

await foreach (ImageShareInvitation invitation in client.Invitations)
{
    await using ImageShareSession session = await invitation.AcceptAsync(ImageStore.InDirectory("inbox"));
    ImageShareResult received = await session.Completion;
    Console.WriteLine($"{received.State}: {received.Stored?.Path} {received.Message}");
}
