using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Support;

/// <summary>A client that serves images from a folder, and what it does.</summary>
internal static class Serving
{
    public static Task<SharePair> StartAsync(Folder folder, INetwork? network = null) =>
        SharePair.StartAsync(network, bob: o => o with { Catalogue = ImageCatalogue.FromDirectory(folder.Path) });

    public static async Task<ImageShareSession> ServedAsync(SharePair pair)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareSession session in pair.Bob.Serving.WithCancellation(patience.Token))
        {
            return session;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    public static async Task ReachesAsync(ImageShareSession session, long bytes)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.ProgressChanged += (_, progress) =>
        {
            if (progress.Bytes >= bytes)
            {
                reached.TrySetResult();
            }
        };
        if (session.Progress.Bytes < bytes)
        {
            await reached.Task.WaitAsync(SharePair.Patience);
        }
    }
}

/// <summary>A catalogue that is a delegate.</summary>
internal sealed class DelegateCatalogue(Func<ImageRequest, CancellationToken, ValueTask<CatalogueAnswer>> find) : IImageCatalogue
{
    public ValueTask<CatalogueAnswer> FindAsync(ImageRequest request, CancellationToken cancellationToken) => find(request, cancellationToken);
}
