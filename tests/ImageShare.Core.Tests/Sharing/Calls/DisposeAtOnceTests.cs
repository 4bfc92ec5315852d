using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>A client, or a session, is disposed of while something else is done with it, or with what it has in common with others.</summary>
[TestFixture]
[Parallelizable]
[Category("SEC-002")]
public sealed class DisposeAtOnceTests
{
    private static readonly byte[] Content = TestImage.Png(600_000);

    [Test]
    public async Task A_client_is_disposed_of_while_it_shares([Values] bool isReceiver)
    {
        await using SharePair pair = await SharePair.StartAsync();
        (ImageShareSession sent, ImageShareSession received) = await BeginAsync(pair, pair.Bob, pair.Store);
        await (isReceiver ? pair.Bob : pair.Alice).DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        (ImageShareSession own, ImageShareSession other) = isReceiver ? (received, sent) : (sent, received);
        Assert.That(own.Completion.IsCompleted, Is.True, "it is over with the client");
        Assert.That(((await own.Completion).State, (await own.Completion).EndedBy), Is.EqualTo((ImageShareState.Cancelled, ImageShareEndedBy.User)));
        ImageShareResult told = await other.Completion.WaitAsync(SharePair.Patience);
        Assert.That((told.State, told.EndedBy), Is.EqualTo((ImageShareState.Cancelled, ImageShareEndedBy.Peer)), told.Message);
        Assert.That(Files(pair), Is.Empty);
    }

    [Test]
    public async Task A_client_is_disposed_of_while_an_invitation_waits([Values] bool isCalled)
    {
        await using SharePair pair = await SharePair.StartAsync();
        ImageShareSession sent = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Content));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await (isCalled ? pair.Bob : pair.Alice).DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        ImageShareResult[] results = await Task.WhenAll(sent.Completion, invitation.Completion).WaitAsync(SharePair.Patience);
        Assert.That(results.Select(static r => r.IsCompleted), Is.All.False);
        Assert.That(async () => await invitation.AcceptAsync(pair.Store), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidState));
    }

    [Test]
    public async Task A_client_is_disposed_of_while_it_fetches_or_serves([Values] bool serves)
    {
        using var folder = new Folder();
        folder.File("cat.png", Content);
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = Slow(ImageCatalogue.FromDirectory(folder.Path)) });
        ImageShareSession fetch = await FetchAsync(pair.Alice, pair.Bob, pair.Store);
        await (serves ? pair.Bob : pair.Alice).DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.State, result.EndedBy), Is.EqualTo((ImageShareState.Cancelled, serves ? ImageShareEndedBy.Peer : ImageShareEndedBy.User)), result.Message);
        Assert.That(Files(pair), Is.Empty);
    }

    [Test]
    public async Task A_client_is_disposed_of_while_it_asks()
    {
        await using SharePair pair = await SharePair.StartAsync();
        Task<ImageShareCapabilities> asking = pair.Alice.QueryCapabilitiesAsync(SipUri.Parse("sip:nobody@127.0.0.1:9"));
        await pair.Alice.DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        Assert.That(async () => await asking.WaitAsync(SharePair.Patience), Throws.TypeOf<ImageShareException>());
    }

    [Test]
    public async Task A_client_is_disposed_of_by_several_at_once()
    {
        await using SharePair pair = await SharePair.StartAsync();
        (ImageShareSession sent, ImageShareSession received) = await BeginAsync(pair, pair.Bob, pair.Store);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => (i % 2 == 0 ? pair.Alice : pair.Bob).DisposeAsync().AsTask()))).WaitAsync(SharePair.Patience);
        Assert.That((sent.Completion.IsCompleted, received.Completion.IsCompleted), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_session_is_disposed_of_while_it_is_accepted_declined_or_cancelled([Values("accept", "decline", "cancel", "dispose")] string what)
    {
        await using SharePair pair = await SharePair.StartAsync();
        for (int round = 0; round < 10; round++)
        {
            ImageShareSession sent = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Content), new ShareSettings { QueryFirst = false, MaxBytesPerSecond = 100_000 });
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            Task<ImageShareSession?> accepting = Task.FromResult<ImageShareSession?>(null);
            Task other = what switch
            {
                "accept" => accepting = Task.Run(() => AcceptAsync(invitation, pair.Store)),
                "decline" => Task.Run(() => invitation.DeclineAsync()),
                "cancel" => Task.Run(() => sent.CancelAsync()),
                _ => Task.Run(() => sent.DisposeAsync().AsTask()),
            };
            await Task.WhenAll(sent.DisposeAsync().AsTask(), other).WaitAsync(SharePair.Patience);
            ImageShareResult result = await sent.Completion;
            Assert.That(result.State, what == "decline" ? Is.AnyOf(ImageShareState.Cancelled, ImageShareState.Declined) : Is.EqualTo(ImageShareState.Cancelled), result.Message);
            Assert.That((await invitation.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.False);
            if (await accepting is { } received)
            {
                Assert.That((await received.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.False);
            }
        }

        Assert.That(Files(pair), Is.Empty);
    }

    [Test]
    public async Task A_session_is_disposed_of_from_its_progress([Values] bool isReceiver)
    {
        await using SharePair pair = await SharePair.StartAsync();
        ImageShareSession sent = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Content), new ShareSettings { MaxBytesPerSecond = 300_000 });
        ImageShareSession received = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        var disposed = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        (isReceiver ? received : sent).ProgressChanged += (session, _) => disposed.TrySetResult(((ImageShareSession)session!).DisposeAsync().AsTask());
        await (await disposed.Task.WaitAsync(SharePair.Patience)).WaitAsync(SharePair.Patience);
        ImageShareResult[] results = await Task.WhenAll(sent.Completion, received.Completion).WaitAsync(SharePair.Patience);
        Assert.That(results.Select(static r => r.State), Is.All.EqualTo(ImageShareState.Cancelled));
        Assert.That(Files(pair), Is.Empty);
    }

    [Test]
    [Category("FT-033")]
    public async Task Of_two_clients_that_receive_into_one_folder_one_is_disposed_of_and_leaves_its_beginning()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareClient dave = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:dave@ims.example"), Network = pair.Network });
        IImageStore store = ImageStore.InDirectory(pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true });
        (_, ImageShareSession left) = await BeginAsync(pair, pair.Bob, store);
        (ImageShareSession sent, ImageShareSession received) = await BeginAsync(pair, dave, store);
        await pair.Bob.DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        Assert.That((await left.Completion).State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(received.Completion.IsCompleted, Is.False, "it goes on");
        ImageShareResult[] results = await Task.WhenAll(sent.Completion, received.Completion).WaitAsync(SharePair.Patience);
        Assert.That(results.Select(static r => r.IsCompleted && r.IsVerified), Is.All.True);
        Assert.That(File.ReadAllBytes(results[1].Stored!.Path!), Is.EqualTo(Content));
        Assert.That(Files(pair), Has.Length.EqualTo(1), "the image has come whole from the same sender: its beginning is of no more use");
    }

    [Test]
    public async Task Of_two_clients_that_serve_one_file_one_is_disposed_of_and_the_other_goes_on()
    {
        using var folder = new Folder();
        folder.File("cat.png", Content);
        IImageCatalogue catalogue = Slow(ImageCatalogue.FromDirectory(folder.Path));
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = catalogue });
        await using ImageShareClient dave = await ImageShareClient.StartAsync(
            new ImageShareOptions { Identity = SipUri.Parse("sip:dave@ims.example"), Network = pair.Network, Catalogue = catalogue });
        ImageShareSession broken = await FetchAsync(pair.Alice, pair.Bob, pair.Store);
        ImageShareSession fetch = await FetchAsync(pair.Alice, dave, pair.Store);
        await pair.Bob.DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        Assert.That((await broken.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.False);
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsVerified, Is.True, result.Message);
        Assert.That(Files(pair), Has.Length.EqualTo(1));
    }

    private static DelegateCatalogue Slow(IImageCatalogue catalogue) => new(async (request, token) =>
        CatalogueAnswer.Found([.. (await catalogue.FindAsync(request, token)).Images.Select(static i => i with { MaxBytesPerSecond = 200_000 })]));

    private static FileInfo[] Files(SharePair pair) => pair.Inbox.GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 });

    // A share that is accepted, and moves.
    private static async Task<(ImageShareSession Sent, ImageShareSession Received)> BeginAsync(SharePair pair, ImageShareClient to, IImageStore store)
    {
        ImageShareSession sent = await pair.Alice.ShareAsync(to.Address, SharePair.Image(Content), new ShareSettings { MaxBytesPerSecond = 200_000 });
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in to.Invitations.WithCancellation(patience.Token))
        {
            ImageShareSession received = await invitation.AcceptAsync(store);
            await Serving.ReachesAsync(received, 1);
            return (sent, received);
        }

        throw new InvalidOperationException("The client was closed.");
    }

    private static async Task<ImageShareSession> FetchAsync(ImageShareClient client, ImageShareClient from, IImageStore store)
    {
        ImageShareSession fetch = await client.FetchAsync(from.Address, new Core.Images.ImageSelector { Name = "cat.png" }, store);
        await Serving.ReachesAsync(fetch, 1);
        return fetch;
    }

    private static async Task<ImageShareSession?> AcceptAsync(ImageShareInvitation invitation, IImageStore store)
    {
        try
        {
            return await invitation.AcceptAsync(store);
        }
        catch (ImageShareException e) when (e.Error == ImageShareError.InvalidState)
        {
            // The caller was faster.
            return null;
        }
    }
}
