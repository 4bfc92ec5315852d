using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The examples of the API reference: documentation comments of the library name the regions of this file.</summary>
internal static class ApiExamples
{
    public static async Task<ImageShareClient> StartAsync(INetwork network)
    {
        #region Start
        ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = network,   // leave it out for the network of this machine
        });
        Console.WriteLine($"Reachable at {client.Address}");
        #endregion
        return client;
    }

    public static async Task<bool> QueryAsync(ImageShareClient client, SipUri bob)
    {
        #region Query
        ImageShareCapabilities peer = await client.QueryCapabilitiesAsync(bob);
        string words = peer.CanShareImages ? $"takes images of up to {peer.MaxSize} bytes" : $"cannot: {peer.Message}";
        #endregion
        return words.StartsWith("takes", StringComparison.Ordinal);
    }

    public static async Task<ImageShareResult> ShareAsync(ImageShareClient client, SipUri bob, string path)
    {
        #region Share
        await using ImageShareSession session = await client.ShareAsync(bob, ImageSource.FromFile(path));
        session.ProgressChanged += (_, progress) => Console.WriteLine($"{progress.Bytes} of {progress.Total} bytes");
        ImageShareResult result = await session.Completion;   // does not throw for what the peer does
        Console.WriteLine(result.IsCompleted ? "arrived" : $"{result.Error}: {result.Message}");
        #endregion
        return result;
    }

    public static async Task ReceiveAsync(ImageShareClient client, string folder, CancellationToken cancellationToken)
    {
        #region Receive
        IImageStore store = ImageStore.InDirectory(folder);
        await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(cancellationToken))
        {
            if (invitation.Image.Size > 10_000_000)
            {
                await invitation.DeclineAsync(cancellationToken);
                continue;
            }

            ImageShareSession session = await invitation.AcceptAsync(store, cancellationToken);
            _ = session.Completion.ContinueWith(ended => Console.WriteLine(ended.Result.Stored?.Path ?? ended.Result.Message), TaskScheduler.Default);
        }
        #endregion
    }

    public static async Task<ImageShareResult> CancelAsync(ImageShareSession session, TimeSpan patience, TimeProvider time)
    {
        #region Cancel
        Task<ImageShareResult> ended = session.Completion;
        if (await Task.WhenAny(ended, Task.Delay(patience, time)) != ended)
        {
            await session.CancelAsync();   // tells the peer, and is done when the session is over
        }
        #endregion
        return await ended;
    }

    public static async Task<ImageShareResult> FetchAsync(ImageShareClient client, SipUri bob, string folder)
    {
        #region Fetch
        var wanted = new ImageSelector { Name = "cat.png" };
        await using ImageShareSession session = await client.FetchAsync(bob, wanted, ImageStore.InDirectory(folder));
        ImageShareResult result = await session.Completion;
        #endregion
        return result;
    }

    public static async Task<int> TogetherAsync(ImageShareClient client, SipUri bob, string[] paths)
    {
        #region Together
        IReadOnlyList<ImageShareSession> sessions = await client.ShareTogetherAsync(bob, [.. paths.Select(path => new SharedImage(ImageSource.FromFile(path)))]);
        ImageShareResult[] results = await Task.WhenAll(sessions.Select(session => session.Completion));
        int arrived = results.Count(result => result.IsCompleted);
        #endregion
        return arrived;
    }

    public static async Task<ImageShareResult> PairAsync(string path)
    {
        #region Pair
        var network = new InMemoryNetwork();   // no socket, no port; several tests may run at once
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = network });
        await using ImageShareClient bob = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example"), Network = network });
        await using ImageShareSession sending = await alice.ShareAsync(bob.Address, ImageSource.FromFile(path));
        ImageShareInvitation invitation = await bob.Invitations.FirstAsync();
        await using ImageShareSession receiving = await invitation.AcceptAsync(ImageStore.InMemory());
        ImageShareResult received = await receiving.Completion;
        #endregion
        await sending.Completion;
        return received;
    }
}
