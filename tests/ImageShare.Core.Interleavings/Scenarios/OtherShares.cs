using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Interleavings.Rewriting;
using ImageShare.Core.Sharing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Shares other than one image in one invitation: in both directions, several in one session, and fetched.</summary>
internal static class OtherShares
{
    // About as many as a session with three images takes.
    private const int Steps = 500;

    private static readonly MediaType Png = new("image", "png");

    /// <summary>Each end shares an image with the other at the same time: both arrive.</summary>
    public static async Task BothDirectionsAsync()
    {
        ClientPair pair = await ClientPair.StartAsync();
        List<ImageShareResult?> received = [];
        Task atBob = ClientPair.AnswerAsync(pair.Bob, async invitation => received.Add(await ClientPair.AcceptAsync(invitation)));
        Task atAlice = ClientPair.AnswerAsync(pair.Alice, async invitation => received.Add(await ClientPair.AcceptAsync(invitation)));
        ImageShareResult[] sent = await Task.WhenAll(SendAsync(pair.Alice, pair.Bob), SendAsync(pair.Bob, pair.Alice));
        await pair.DisposeAsync();
        await Task.WhenAll(atAlice, atBob);
        Check.That(sent.All(static r => r.IsCompleted), $"Both arrive, but: {string.Join("; ", sent.Select(static r => r.ToString()))}");
        Check.That(received.Count(static r => r is { IsCompleted: true }) == 2, "Both receivers have their image.");
    }

    /// <summary>A receiver with room for one share, and a sender that begins the next one as soon as the one before is over, sent or declined: none finds it busy.</summary>
    public static async Task OneAfterAnotherAsync()
    {
        ClientPair pair = await ClientPair.StartAsync(limits: ImageShareLimits.Default with { MaxConcurrentShares = 1 });
        int invited = 0;
        Task atBob = ClientPair.AnswerAsync(pair.Bob, invitation => ++invited == 2 ? invitation.DeclineAsync() : ClientPair.AcceptAsync(invitation));
        for (int i = 1; i <= 3; i++)
        {
            ImageShareSession session = await pair.ShareAsync(ClientPair.NewImage);
            ImageShareResult result = await session.Completion;
            Check.That(i == 2 ? result.Error is ImageShareError.Declined : result.IsCompleted, $"Share {i} of three: {result}");
        }

        await pair.DisposeAsync();
        await atBob;
    }

    /// <summary>Three images in one session. The peer accepts two of them and declines one, and at any moment one is cancelled: the others are not affected.</summary>
    public static async Task TogetherAsync()
    {
        ClientPair pair = await ClientPair.StartAsync();
        List<ImageShareResult?> received = [];
        Task atBob = ClientPair.AnswerAsync(pair.Bob, async invitation =>
        {
            // Each image of the session is an invitation of its own; the first one answers for all.
            IReadOnlyList<ImageShareInvitation> offered = ReferenceEquals(invitation, invitation.SameSession[0]) ? invitation.SameSession : [];
            await Task.WhenAll(offered.Select((image, i) => Seams.Run(async () =>
            {
                if (i == 1)
                {
                    await image.DeclineAsync();
                }
                else
                {
                    received.Add(await ClientPair.AcceptAsync(image));
                }
            })));
        });
        IReadOnlyList<ImageShareSession> sessions = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address,
            [.. Enumerable.Range(0, 3).Select(static i => new SharedImage(ImageSource.FromBytes(ClientPair.NewImage, $"{i}.png", Png)))],
            new ShareSettings { QueryFirst = false });
        await Seams.Run(async () =>
        {
            await Order.Current.MomentAsync(Steps);
            await sessions[2].CancelAsync();
        });
        ImageShareResult[] sent = await Task.WhenAll(sessions.Select(static s => s.Completion));
        await pair.DisposeAsync();
        await atBob;
        Check.That(sent[0].IsCompleted || sent[2].Error is ImageShareError.Cancelled, $"The first image arrives unless the invitation was cancelled: {sent[0]}");
        Check.That(!sent[1].IsCompleted, "What was declined was not sent.");
        Outcomes.CheckThatTheyAgree(sent, received);
    }

    /// <summary>Two images are fetched at the same time, and one of the calls is given up at any moment: the other image arrives.</summary>
    public static async Task FetchedAsync()
    {
        ImageSource[] images = [.. Enumerable.Range(0, 2).Select(static i => ImageSource.FromBytes(ClientPair.NewImage, $"{i}.png", Png))];
        ClientPair pair = await ClientPair.StartAsync(catalogue: new Catalogue(images));
        ImageShareSession[] sessions = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(i => pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = $"{i}.png" }, ImageStore.InMemory(), new FetchSettings { QueryFirst = false })));
        await Seams.Run(async () =>
        {
            await Order.Current.MomentAsync(Steps);
            await sessions[1].CancelAsync();
        });
        ImageShareResult[] fetched = await Task.WhenAll(sessions.Select(static s => s.Completion));
        await pair.DisposeAsync();
        Check.That(fetched[0].IsCompleted, $"Nobody gave up the first one: {fetched[0]}");
    }

    private static Task<ImageShareResult> SendAsync(ImageShareClient from, ImageShareClient to) => Seams.Run(async () =>
    {
        ImageShareSession session = await from.ShareAsync(to.Address, ImageSource.FromBytes(ClientPair.NewImage, "cat.png", Png));
        return await session.Completion;
    });

    private sealed class Catalogue(ImageSource[] images) : IImageCatalogue
    {
        public async ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken)
        {
            await Order.Current.StepAsync();
            return CatalogueAnswer.Found(images.Select(static image => new CatalogueImage(image)).ToArray());
        }
    }
}
