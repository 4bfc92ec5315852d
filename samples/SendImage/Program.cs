using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

await using ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example") });

SipUri bob = SipUri.Parse(args[1]);
ImageShareCapabilities peer = await client.QueryCapabilitiesAsync(bob);
Console.WriteLine($"{bob} can share images: {peer.CanShareImages}");

await using ImageShareSession session = await client.ShareAsync(bob, ImageSource.FromFile(args[0]));
ImageShareResult result = await session.Completion;
Console.WriteLine($"{result.State}: {result.BytesTransferred} bytes. {result.Message}");
return result.IsCompleted ? 0 : 1;
