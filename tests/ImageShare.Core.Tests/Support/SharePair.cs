using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Support;

/// <summary>Alice and Bob, two whole clients on one network, and a folder for Bob's images.</summary>
internal sealed class SharePair : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SharePair(ImageShareClient alice, ImageShareClient bob, DirectoryInfo inbox, List<ImageShareTraceEvent> sent, INetwork network)
    {
        Network = network;
        Alice = alice;
        Bob = bob;
        Inbox = inbox;
        Sent = sent;
    }

    public ImageShareClient Alice { get; }

    public ImageShareClient Bob { get; }

    public INetwork Network { get; }

    public DirectoryInfo Inbox { get; }

    public IImageStore Store => ImageStore.InDirectory(Inbox.FullName);

    /// <summary>What each side put on the wire, in order.</summary>
    public List<ImageShareTraceEvent> Sent { get; }

    public static async Task<SharePair> StartAsync(
        INetwork? network = null, Func<ImageShareOptions, ImageShareOptions>? alice = null, Func<ImageShareOptions, ImageShareOptions>? bob = null)
    {
        network ??= new InMemoryNetwork();
        var sent = new List<ImageShareTraceEvent>();
        void Trace(ImageShareTraceEvent message)
        {
            if (message.IsOutgoing)
            {
                lock (sent)
                {
                    sent.Add(message with { Bytes = message.Bytes.ToArray() });
                }
            }
        }

        ImageShareOptions Options(string user) => new() { Identity = SipUri.Parse($"sip:{user}@ims.example"), Network = network, Trace = Trace };
        ImageShareClient bobClient = await ImageShareClient.StartAsync(bob is null ? Options("bob") : bob(Options("bob")));
        ImageShareClient aliceClient = await ImageShareClient.StartAsync(alice is null ? Options("alice") : alice(Options("alice")));
        return new SharePair(aliceClient, bobClient, Directory.CreateTempSubdirectory("imageshare-test-"), sent, network);
    }

    public static ImageSource Image(byte[] octets, string name = "cat.png") => ImageSource.FromBytes(octets, name, new MediaType("image", "png"));

    public async Task<ImageShareInvitation> NextInvitationAsync()
    {
        // A token and not WaitAsync: an enumerator that is still waiting cannot be disposed.
        using var patience = new CancellationTokenSource(Patience);
        await foreach (ImageShareInvitation invitation in Bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    /// <summary>Shares an image, accepts it, and waits for both ends.</summary>
    public async Task<(ImageShareResult Sent, ImageShareResult Received)> ShareAsync(byte[] image, ShareSettings? settings = null)
    {
        await using ImageShareSession outgoing = await Alice.ShareAsync(Bob.Address, Image(image), settings);
        ImageShareInvitation invitation = await NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(Store);
        return (await outgoing.Completion.WaitAsync(Patience), await incoming.Completion.WaitAsync(Patience));
    }

    /// <summary>The start lines sent, MSRP left out.</summary>
    public string[] SipSent()
    {
        lock (Sent)
        {
            return [.. Sent.Where(m => m.Protocol.StartsWith("SIP", StringComparison.Ordinal)).Select(m => m.StartLine)];
        }
    }

    public ImageShareTraceEvent FirstSent(string startsWith)
    {
        lock (Sent)
        {
            return Sent.First(m => m.StartLine.StartsWith(startsWith, StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
        Inbox.Delete(recursive: true);
    }
}
