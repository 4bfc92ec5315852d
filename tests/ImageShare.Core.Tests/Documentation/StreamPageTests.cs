using System.IO.Pipelines;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/streams.md and docs/application-tests.md does what the pages say.</summary>
[TestFixture]
public sealed class StreamPageTests
{
    [Test]
    public async Task A_stream_is_shared_and_received_into_a_stream_and_a_pipe()
    {
        byte[] image = TestImage.Png(60_000);
        await using SharePair pair = await SharePair.StartAsync();
        string path = Path.Combine(pair.Inbox.FullName, "beach.jpg");
        Task<ImageShareResult> sending = StreamSnippets.SendAsync(pair.Alice, pair.Bob.Address, new MemoryStream(image), CancellationToken.None);
        bool isVerified = await StreamSnippets.ReceiveAsync(await pair.NextInvitationAsync(), path).WaitAsync(SharePair.Patience);
        Assert.That((isVerified, (await sending).IsCompleted, File.ReadAllBytes(path).AsSpan().SequenceEqual(image)), Is.EqualTo((true, true, true)));

        sending = StreamSnippets.SendAsync(pair.Alice, pair.Bob.Address, new MemoryStream(image), CancellationToken.None);
        long read = await StreamSnippets.PipeAsync(await pair.NextInvitationAsync(), CountAsync).WaitAsync(SharePair.Patience);
        Assert.That((read, (await sending).IsCompleted), Is.EqualTo((60_000L, true)));
    }

    [Test]
    public async Task The_fake_and_the_pair_say_what_the_page_says()
    {
        Assert.That(await ApplicationTestSnippets.PairAsync().WaitAsync(SharePair.Patience), Is.EqualTo("It has arrived."));
        Assert.That(await ApplicationTestSnippets.FakeAsync(), Is.EqualTo("It has probably arrived."));
    }

    private static async Task<long> CountAsync(PipeReader reader)
    {
        using var counted = new MemoryStream();
        await reader.CopyToAsync(counted);
        return counted.Length;
    }
}
