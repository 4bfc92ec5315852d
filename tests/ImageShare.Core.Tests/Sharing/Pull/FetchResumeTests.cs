using System.Buffers;
using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Pull;

/// <summary>The rest of an image whose fetch broke off.</summary>
[TestFixture]
[Parallelizable]
public sealed class FetchResumeTests
{
    private static readonly byte[] Image = TestImage.Png(1_000_000);

    [TestCase("by name")]
    [TestCase("by hash")]
    [Category("FT-033")]
    [Category("FT-036")]
    public async Task A_fetch_that_broke_off_goes_on_where_it_broke_and_the_whole_is_verified(string how)
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        var network = new BreakableNetwork();
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with { Catalogue = Slow(folder) });
        ImageSelector wanted = how == "by name" ? new ImageSelector { Name = "cat.png" } : ImageSelector.FromHash(TestImage.Sha1(Image));
        ImageSelector known;
        await using (ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, Keeping(pair)))
        {
            await Serving.ReachesAsync(fetch, 400_000);
            network.BreakAll();
            ImageShareResult broken = await fetch.Completion.WaitAsync(SharePair.Patience);
            Assert.That(broken.IsCompleted, Is.False);
            known = fetch.Image;
        }

        Assert.That(known.Size, Is.EqualTo(Image.Length));
        Assert.That(known.Hashes.Single().Value.ToArray(), Is.EqualTo(Sha1.Of(Image).ToArray()));
        FileInfo partial = Files(pair).Single();
        Assert.That(partial.Length, Is.GreaterThanOrEqualTo(300_000).And.LessThan(Image.Length));
        long kept = partial.Length;
        lock (pair.Sent)
        {
            pair.Sent.Clear();
        }

        await using ImageShareSession again = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, Keeping(pair), new FetchSettings { Resume = known });
        ImageShareResult received = await again.Completion.WaitAsync(SharePair.Patience);
        string offer = Encoding.UTF8.GetString(pair.FirstSent("INVITE").Bytes.Span);
        Assert.Multiple(() =>
        {
            Assert.That(received.IsCompleted && received.IsVerified, Is.True, received.Message);
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(Image));
            Assert.That(received.BytesTransferred, Is.EqualTo(Image.Length));
            Assert.That(offer, Does.Contain($"a=file-range:{kept + 1}-*\r\n"));
            Assert.That(offer.Split("hash:"), Has.Length.EqualTo(2), "one hash, and once");
            Assert.That(Files(pair).Select(static f => f.Name), Is.EqualTo((string[])["cat.png"]), "the partial became the image");
        });
        Assert.That((await Serving.ServedAsync(pair)).Id, Is.Not.EqualTo(again.Id), "the one that broke off");
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        ImageShareResult sent = await served.Completion.WaitAsync(SharePair.Patience);
        Assert.That(sent.IsCompleted && sent.BytesTransferred == Image.Length, Is.True, sent.Message);
    }

    [Test]
    [Category("FT-033")]
    public async Task An_image_that_has_changed_is_noticed_and_fetched_anew()
    {
        using var folder = new Folder();
        byte[] changed = [.. Image];
        changed[^1] ^= 1;
        folder.File("cat.png", changed);
        await using SharePair pair = await Serving.StartAsync(folder);
        ImageSelector before = await KeepAsync(pair, Image, 500_000);
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(
            pair.Bob.Address, new ImageSelector { Name = "cat.png" }, Keeping(pair), new FetchSettings { Resume = before });
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        string[] offers = Offers(pair);
        Assert.Multiple(() =>
        {
            Assert.That(received.IsCompleted && received.IsVerified, Is.True, received.Message);
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(changed));
            Assert.That(offers, Has.Length.EqualTo(2));
            Assert.That(offers[0], Does.Contain("a=file-range:500001-*\r\n").And.Contain("hash:sha-1:"));
            Assert.That(offers[1], Does.Not.Contain("a=file-range").And.Not.Contain("hash:"));
            Assert.That(offers.Select(o => RawPhone.Line(o, "a=file-transfer-id:")), Is.Unique);
        });
    }

    [TestCase("nothing was kept")]
    [TestCase("all was kept")]
    [TestCase("the store keeps nothing")]
    [TestCase("of another size")]
    [TestCase("of another hash")]
    [Category("FT-033")]
    public async Task Without_a_beginning_the_whole_is_asked_for(string why)
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        await using SharePair pair = await Serving.StartAsync(folder);
        ImageSelector known = why == "nothing was kept" ? ImageSelector.FromHash(TestImage.Sha1(Image)) : await KeepAsync(pair, Image, why == "all was kept" ? Image.Length : 1000);
        IImageStore store = why == "the store keeps nothing" ? ImageStore.InMemory() : Keeping(pair);
        var wanted = new ImageSelector { Name = "cat.png", Size = why == "of another size" ? Image.Length + 1 : null };
        wanted = why == "of another hash" ? wanted with { Hashes = [new ImageHash("sha-1", Sha1.Of([1]))] } : wanted;
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, store, new FetchSettings { Resume = known });
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That(Offers(pair).Single(), Does.Not.Contain("a=file-range"));
        Assert.That(received.IsVerified, Is.EqualTo(!why.StartsWith("of another", StringComparison.Ordinal)), received.Message);
    }

    [Test]
    [Category("FT-033")]
    public async Task A_beginning_that_is_not_the_images_is_found_out_at_the_end_and_not_used_again()
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        await using SharePair pair = await Serving.StartAsync(folder);
        byte[] wrong = [.. Image];
        wrong[10] ^= 1;
        ImageSelector known = await KeepAsync(pair, wrong, 500_000, of: Image);
        var settings = new FetchSettings { Resume = known };
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, Keeping(pair), settings);
        Assert.That((await fetch.Completion.WaitAsync(SharePair.Patience)).Error, Is.EqualTo(ImageShareError.HashMismatch));
        Assert.That(Files(pair), Is.Empty);
        await using ImageShareSession again = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, Keeping(pair), settings);
        Assert.That((await again.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
    }

    // Of two that continue one beginning one has it, and the other knows before it asks.
    [Test]
    [Category("FT-033")]
    public async Task Of_two_fetches_that_continue_one_image_at_once_one_asks_for_the_rest_and_one_for_the_whole([Values] bool oneClient, [Values] bool queryFirst)
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = Slow(folder) });
        void Trace(ImageShareTraceEvent message)
        {
            lock (pair.Sent)
            {
                pair.Sent.Add(message with { Bytes = message.Bytes.ToArray() });
            }
        }

        await using ImageShareClient other = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = pair.Network, Trace = Trace });
        ImageSelector known = await KeepAsync(pair, Image, 500_000);
        var settings = new FetchSettings { Resume = known, QueryFirst = queryFirst };
        var wanted = new ImageSelector { Name = "cat.png" };
        await using ImageShareSession one = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, Keeping(pair), settings);
        await using ImageShareSession two = await (oneClient ? pair.Alice : other).FetchAsync(pair.Bob.Address, wanted, Keeping(pair), settings);
        ImageShareResult[] results = await Task.WhenAll(one.Completion, two.Completion).WaitAsync(SharePair.Patience);
        string?[] served = [await RangeOfServedAsync(pair), await RangeOfServedAsync(pair)];
        Assert.Multiple(() =>
        {
            Assert.That(results.Select(static r => (r.State, r.IsVerified, r.Message)), Is.All.EqualTo((ImageShareState.Completed, true, (string?)null)));
            Assert.That(results.Select(static r => File.ReadAllBytes(r.Stored!.Path!)), Is.All.EqualTo(Image));
            Assert.That(served, Is.EquivalentTo((string?[])["500001-*", null]));
            Assert.That(Files(pair), Has.Length.EqualTo(2), "two images, and nothing else");
        });
    }

    [TestCase("refused")]
    [TestCase("cancelled before it is answered")]
    [TestCase("nobody is there")]
    [TestCase("closed")]
    [Category("FT-033")]
    public async Task A_beginning_whose_rest_does_not_come_is_there_for_the_next(string how)
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int round = 0;
        var catalogue = new DelegateCatalogue(async (request, token) =>
        {
            if (Interlocked.Increment(ref round) == 1 && how != "refused")
            {
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }

            return how == "refused" && round <= 2 ? CatalogueAnswer.Found() : await ImageCatalogue.FromDirectory(folder.Path).FindAsync(request, token);
        });
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = catalogue });
        ImageSelector known = await KeepAsync(pair, Image, 500_000);
        var settings = new FetchSettings { Resume = known, QueryFirst = false };
        var wanted = new ImageSelector { Name = "cat.png" };
        SipUri peer = how == "nobody is there" ? SipUri.Parse("sip:bob@127.0.0.1:9;transport=tcp") : pair.Bob.Address;
        ImagePartial? Kept() => Keeping(pair).FindPartial(known, peer.ToString());
        await using (ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = pair.Network }))
        {
            ImageShareSession fetch = await alice.FetchAsync(peer, wanted, Keeping(pair), settings);
            if (how is "closed" or "cancelled before it is answered")
            {
                await asked.Task.WaitAsync(SharePair.Patience);
                Assert.That(Kept(), Is.Null, "it is in this fetch's hands");
                _ = how == "closed" ? alice.DisposeAsync().AsTask() : fetch.CancelAsync();
            }

            Assert.That((await fetch.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.False);
            Assert.That(Kept()?.Bytes, Is.EqualTo(500_000), "with the result, and not some time after it");
        }

        if (how == "nobody is there")
        {
            return;
        }

        await using ImageShareSession again = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, Keeping(pair), settings);
        Assert.That((await again.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        Assert.That(Offers(pair).Last(), Does.Contain("a=file-range:500001-*\r\n"));
    }

    // A folder that wants to know the type is told what is known of it; where nothing is, the whole is asked for.
    [Test]
    [Category("FT-033")]
    public async Task A_folder_that_does_not_take_every_type_continues_what_it_knows_the_type_of([Values] bool isKnown)
    {
        using var folder = new Folder();
        folder.File("cat.png", Image);
        await using SharePair pair = await Serving.StartAsync(folder);
        ImageSelector known = await KeepAsync(pair, Image, 500_000) with { Type = isKnown ? new MediaType("image", "png") : null };
        IImageStore store = ImageStore.InDirectory(
            pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true, AllowType = static type => type?.Is("image", "png") == true });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, store, new FetchSettings { Resume = known });
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That(received.IsVerified, Is.True, received.Message);
        Assert.That(Offers(pair).Single(), isKnown ? Does.Contain("a=file-range:500001-*\r\n") : Does.Not.Contain("a=file-range"));
    }

    private static async Task<string?> RangeOfServedAsync(SharePair pair)
    {
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        lock (pair.Sent)
        {
            string offer = pair.Sent.Where(static m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(static m => Encoding.UTF8.GetString(m.Bytes.Span))
                .First(offer => offer.Contains(served.Id, StringComparison.Ordinal));
            return offer.Contains("a=file-range:", StringComparison.Ordinal) ? RawPhone.Line(offer, "a=file-range:") : null;
        }
    }

    private static IImageStore Keeping(SharePair pair) => ImageStore.InDirectory(pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true });

    private static DelegateCatalogue Slow(Folder folder) => new(async (request, token) => CatalogueAnswer.Found(
        [.. (await ImageCatalogue.FromDirectory(folder.Path).FindAsync(request, token)).Images.Select(i => i with { MaxBytesPerSecond = 400_000 })]));

    private static FileInfo[] Files(SharePair pair) => pair.Inbox.GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 });

    private static string[] Offers(SharePair pair)
    {
        lock (pair.Sent)
        {
            return [.. pair.Sent.Where(m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(m => Encoding.UTF8.GetString(m.Bytes.Span))];
        }
    }

    /// <summary>Leaves what a fetch leaves that breaks off after so many octets.</summary>
    private static async Task<ImageSelector> KeepAsync(SharePair pair, byte[] image, int octets, byte[]? of = null)
    {
        var hash = new ImageHash("sha-1", Sha1.Of(of ?? image));
        IImageSink sink = await Keeping(pair).CreateAsync(new IncomingImage { SuggestedName = "cat.png", Type = new MediaType("image", "png"), Size = image.Length, Hashes = [hash] });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(image, 0, octets));
        await sink.DisposeAsync();
        return new ImageSelector { Hashes = [hash], Size = image.Length };
    }
}
