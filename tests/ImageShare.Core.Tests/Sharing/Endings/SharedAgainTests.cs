using ImageShare.Core.Images;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>A client that shares a file again does not hash it again, and what that may miss is found when the image arrives.</summary>
[TestFixture]
public sealed class SharedAgainTests
{
    private static readonly DateTime Old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [TestCase(0, ImageShareError.HashMismatch)]
    [TestCase(1, ImageShareError.None)]
    public async Task A_file_that_was_changed_behind_its_date_fails_the_check_of_the_peer(int seconds, ImageShareError error)
    {
        await using SharePair pair = await SharePair.StartAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-test-");
        string path = Path.Combine(folder.FullName, "cat.png");
        try
        {
            await WriteAsync(path, seed: 1, Old);
            Assert.That((await ShareAsync(pair, path)).Error, Is.EqualTo(ImageShareError.None));

            // Nothing but the content changes, or the date, too.
            await WriteAsync(path, seed: 2, Old.AddSeconds(seconds));
            ImageShareResult received = await ShareAsync(pair, path);
            Assert.That(received.Error, Is.EqualTo(error), received.Message);
            Assert.That(received.IsCompleted, Is.EqualTo(error == ImageShareError.None));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(string path, int seed, DateTime modified)
    {
        await File.WriteAllBytesAsync(path, TestImage.Png(50_000, seed: seed));
        File.SetLastWriteTimeUtc(path, modified);
    }

    private static async Task<ImageShareResult> ShareAsync(SharePair pair, string path)
    {
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, ImageSource.FromFile(path));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult result = await incoming.Completion.WaitAsync(SharePair.Patience);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        return result;
    }
}
