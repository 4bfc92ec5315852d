using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/pull.md.</summary>
internal static class PullSnippets
{
    public static ImageShareOptions Serve(string folder, Func<ImageRequest, bool> isFriend)
    {
        // snippet: Serve
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:bob@ims.example"),
            Catalogue = ImageCatalogue.FromDirectory(folder, mayFetch: request => isFriend(request)),
        };
        // end
        return options;
    }

    public static async Task<string> FollowAsync(ImageShareClient client)
    {
        // snippet: Follow
        await foreach (ImageShareSession served in client.Serving)
        {
            ImageShareResult result = await served.Completion;
            return $"{served.ImageName}: {result.State}";
        }
        // end
        return "closed";
    }

    public static async Task<ImageShareResult> FetchAsync(ImageShareClient client, SipUri bob, string inbox)
    {
        // snippet: Fetch
        var wanted = new ImageSelector { Name = "cat.png" };   // or ImageSelector.FromHash("72245FE8…")
        IImageStore store = ImageStore.InDirectory(inbox, new DirectoryStoreOptions { KeepPartials = true });

        await using ImageShareSession session = await client.FetchAsync(bob, wanted, store);
        ImageShareResult result = await session.Completion;
        if (result.Error == ImageShareError.ConnectionLost)
        {
            // What is known of the image by now has its hash: the store finds its beginning by that.
            await using ImageShareSession rest = await client.FetchAsync(bob, wanted, store, new FetchSettings { Resume = session.Image });
            result = await rest.Completion;
        }
        // end
        return result;
    }

    // snippet: Catalogue
    /// <summary>One picture, and only for callers whom the network vouches for.</summary>
    public sealed class PictureOfTheDay(ImageSource picture) : IImageCatalogue
    {
        public ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken) => new(
            request.IsCallerAsserted
                ? CatalogueAnswer.Found(new CatalogueImage(picture))
                : CatalogueAnswer.Refuse(403));
    }
    // end
}
