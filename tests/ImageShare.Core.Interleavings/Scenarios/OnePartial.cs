using ImageShare.Core.Images.Stores;
using ImageShare.Core.Interleavings.Orders;
using ImageShare.Core.Interleavings.Rewriting;

namespace ImageShare.Core.Interleavings.Scenarios;

/// <summary>Two transfers resume one partial file: only one of them gets it.</summary>
internal static class OnePartial
{
    public static async Task RunAsync()
    {
        string folder = await KeptBeginning.MakeAsync();
        try
        {
            IImageStore store = ImageStore.InDirectory(folder, KeptBeginning.Options);
            int owners = 0;
            bool[] got = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Seams.Run(async () =>
            {
                try
                {
                    IImageSink sink = await store.CreateAsync(KeptBeginning.Rest, CancellationToken.None);
                    Check.That(++owners == 1, "Only one of them has the beginning.");
                    await Task.Yield();
                    owners--;
                    await sink.DisposeAsync();
                    return true;
                }
                catch (ImageShareException e) when (e.Error is ImageShareError.NothingToResume)
                {
                    return false;
                }
            })));
            Check.That(got.Contains(true), "One of them has the beginning.");
            Check.That(store.FindPartial(KeptBeginning.Image, KeptBeginning.Rest.Sender) is not null, "It is there for the next one.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
