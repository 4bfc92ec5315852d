using System.Buffers;
using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Several;

/// <summary>Images whose transfers broke off, in one invitation with others.</summary>
[TestFixture]
public sealed class SeveralResumedTests
{
    private static readonly byte[][] Images = [TestImage.Png(400_000, 1), TestImage.Png(500_000, 2), TestImage.Png(1000, 3)];

    [Test]
    [Category("FT-043")]
    [Category("FT-033")]
    [Category("FT-035")]
    public async Task Each_goes_on_where_it_broke_and_is_verified()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await KeepAsync(pair, 0, 200_000);
        await KeepAsync(pair, 1, 300_000);
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Shared(200_000, 250_000, 0));
        ImageShareInvitation[] invitations = await NextAsync(pair, 3);
        Assert.That(invitations.Select(i => i.Image.ResumesAt), Is.EqualTo((long[])[200_000, 250_000, 0]));
        ImageShareSession[] incoming = await Task.WhenAll(invitations.Select(i => i.AcceptAsync(Keeping(pair))));
        ImageShareResult[] received = await ResultsAsync(incoming);
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        Assert.Multiple(() =>
        {
            Assert.That(sent.Select(r => r.IsCompleted), Is.All.True, sent[0].Message);
            Assert.That(received.Select(r => r.IsVerified), Is.All.True, received[0].Message);
            Assert.That(received.Select(r => File.ReadAllBytes(r.Stored!.Path!)), Is.EqualTo(Images));
            Assert.That(sent.Select(r => r.BytesTransferred), Is.EqualTo(Images.Select(i => (long)i.Length)));
            Assert.That(Ranges(pair, "INVITE"), Is.EqualTo((string[])["200001-*", "250001-*"]));
            Assert.That(Ranges(pair, "SIP/2.0 200"), Is.EqualTo((string[])["200001-*", "250001-*"]));
        });
    }

    [Test]
    [Category("FT-043")]
    [Category("FT-035")]
    public async Task One_whose_beginning_is_gone_is_declined_and_the_others_come()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Shared(0, 250_000, 0));
        ImageShareInvitation[] invitations = await NextAsync(pair, 3);
        Assert.That(
            async () => await invitations[1].AcceptAsync(Keeping(pair)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        ImageShareSession[] incoming = [await invitations[0].AcceptAsync(Keeping(pair)), await invitations[2].AcceptAsync(Keeping(pair))];
        ImageShareResult[] received = await ResultsAsync(incoming);
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        Assert.Multiple(() =>
        {
            Assert.That(received.Select(r => r.IsVerified), Is.All.True, received[0].Message);
            Assert.That(sent.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Completed, ImageShareState.Declined, ImageShareState.Completed]));
            Assert.That(sent[1].Message, Does.Contain("share the whole image"));
        });

        // And so it goes.
        await using ImageShareSession whole = await pair.Alice.ShareAsync(pair.Bob.Address, Shared(0, 0, 0)[1].Source);
        await using ImageShareSession taken = await (await pair.NextInvitationAsync()).AcceptAsync(Keeping(pair));
        Assert.That((await taken.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        Assert.That((await whole.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [Test]
    [Category("FT-043")]
    [Category("FT-033")]
    [Category("FT-035")]
    public async Task When_all_are_refused_because_nothing_is_left_of_them_all_are_offered_whole()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Shared(200_000, 250_000));
        foreach (ImageShareInvitation rest in await NextAsync(pair, 2))
        {
            Assert.That(
                async () => await rest.AcceptAsync(Keeping(pair)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        }

        ImageShareInvitation[] whole = await NextAsync(pair, 2);
        ImageShareSession[] incoming = await Task.WhenAll(whole.Select(i => i.AcceptAsync(Keeping(pair))));
        ImageShareResult[] received = await ResultsAsync(incoming);
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        Assert.Multiple(() =>
        {
            Assert.That(whole.Select(i => i.Image.ResumesAt), Is.All.Zero);
            Assert.That(sent.Select(r => r.IsCompleted), Is.All.True, sent[0].Message);
            Assert.That(received.Select(r => r.IsVerified), Is.All.True, received[0].Message);
            Assert.That(pair.SipSent().Count(line => line.StartsWith("INVITE", StringComparison.Ordinal)), Is.EqualTo(2));
        });
    }

    [TestCase(-1)]
    [TestCase(1000)]
    public async Task None_is_resumed_outside_of_itself(long at)
    {
        await using SharePair pair = await SharePair.StartAsync();
        Assert.That(
            async () => await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Shared(0, 0, at)),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        Assert.That(pair.SipSent(), Is.Empty);
    }

    private static SharedImage[] Shared(params long[] resumeAt) =>
        [.. resumeAt.Select((at, i) => new SharedImage(SharePair.Image(Images[i], $"{i}.png")) { ResumeAt = at })];

    private static IImageStore Keeping(SharePair pair) => ImageStore.InDirectory(pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true });

    // What a transfer leaves that breaks off after so many octets.
    private static async Task KeepAsync(SharePair pair, int image, int octets)
    {
        IImageSink sink = await Keeping(pair).CreateAsync(new IncomingImage
        {
            SuggestedName = $"{image}.png",
            Type = new MediaType("image", "png"),
            Size = Images[image].Length,
            Hashes = [new ImageHash("sha-1", Sha1.Of(Images[image]))],
        });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Images[image], 0, octets));
        await sink.DisposeAsync();
    }

    private static async Task<ImageShareInvitation[]> NextAsync(SharePair pair, int count)
    {
        var invitations = new ImageShareInvitation[count];
        for (int i = 0; i < count; i++)
        {
            invitations[i] = await pair.NextInvitationAsync();
        }

        return invitations;
    }

    private static Task<ImageShareResult[]> ResultsAsync(IEnumerable<ImageShareSession> sessions) =>
        Task.WhenAll(sessions.Select(session => session.Completion)).WaitAsync(SharePair.Patience);

    // The ranges in the first description that goes out so.
    private static string[] Ranges(SharePair pair, string startsWith)
    {
        lock (pair.Sent)
        {
            string message = pair.Sent.Where(m => m.StartLine.StartsWith(startsWith, StringComparison.Ordinal)).Select(m => Encoding.UTF8.GetString(m.Bytes.Span))
                .First(static m => m.Contains("a=file-transfer-id", StringComparison.Ordinal));
            return [.. message.Split("\r\n").Where(static l => l.StartsWith("a=file-range:", StringComparison.Ordinal)).Select(static l => l["a=file-range:".Length..])];
        }
    }
}
