using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Pull;

/// <summary>An image that one client serves and the other fetches.</summary>
[TestFixture]
[Parallelizable]
public sealed class FetchTests
{
    private static readonly byte[] Cat = TestImage.Png(300_000);
    private static readonly byte[] Dog = TestImage.Png(200_000, seed: 5);

    private static readonly MediaType Png = new("image", "png");

    [TestCase(false)]
    [TestCase(true)]
    [Category("FT-036")]
    [Category("FT-037")]
    [Category("FT-042")]
    public async Task An_image_is_fetched_by_its_hash_and_both_sides_say_so(bool sockets)
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        folder.File("dog.png", Dog);
        await using SharePair pair = await Serving.StartAsync(folder, network: sockets ? SystemNetwork.Instance : null);
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, ImageSelector.FromHash(TestImage.Sha1(Cat)), pair.Store);
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await served.Completion.WaitAsync(SharePair.Patience);
        MediaDescription offer = Media(pair.FirstSent("INVITE"));
        MediaDescription answer = Media(AnswerTo(pair, "INVITE"));
        Assert.Multiple(() =>
        {
            Assert.That(received.IsCompleted && received.IsVerified, Is.True, received.Message);
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(Cat));
            Assert.That(received.Sha1, Is.EqualTo(TestImage.Sha1(Cat)).And.EqualTo(sent.Sha1));
            Assert.That(fetch.IsOutgoing, Is.False);
            Assert.That(served.IsOutgoing, Is.True);
            Assert.That(served.ImageName, Is.EqualTo("cat.png"));
            Assert.That(served.Id, Is.EqualTo(fetch.Id));
            Assert.That(fetch.Progress, Is.EqualTo(new ImageShareProgress(Cat.Length, Cat.Length)));
            Assert.That(served.Progress, Is.EqualTo(new ImageShareProgress(Cat.Length, Cat.Length)));

            Assert.That(offer.Attributes.Where(a => a.Name.StartsWith("file-", StringComparison.Ordinal)).Select(a => a.Name), Is.EquivalentTo(new[] { "file-selector", "file-transfer-id" }));
            Assert.That(offer.Find("recvonly"), Is.Not.Null);
            Assert.That(offer.FileTransferId!.Value.Value, Does.Match("^[A-Za-z0-9]{32}$"));
            Assert.That(offer.FileSelector!.Sha1, Is.EqualTo(TestImage.Sha1(Cat)));

            Assert.That(answer.Find("sendonly"), Is.Not.Null);
            Assert.That(answer.FileTransferId, Is.EqualTo(offer.FileTransferId));
            Assert.That(answer.FileSelector!.Sha1, Is.EqualTo(TestImage.Sha1(Cat)), "computed here");
            Assert.That(answer.FileSelector.Type, Is.EqualTo(Png));
            Assert.That((answer.FileSelector.Name, answer.FileSelector.Size), Is.EqualTo(((string?)null, (long?)null)), "they come with the file");
            Assert.That(answer.Attributes.Select(a => a.Name), Has.None.EqualTo("file-date").And.None.EqualTo("file-icon").And.None.EqualTo("file-disposition").And.None.EqualTo("file-range"));
        });
        Assert.That(pair.SipSent().Count(l => l.StartsWith("BYE", StringComparison.Ordinal)), Is.EqualTo(1), "who sent the image ends the session");
    }

    [TestCase("name")]
    [TestCase("name and type")]
    [TestCase("size")]
    [TestCase("SHA-256")]
    [TestCase("SHA-512 beside a hash nobody knows")]
    [TestCase("a wrong SHA-1 beside the right SHA-256")]
    [TestCase("everything")]
    [Category("FT-037")]
    public async Task Every_selector_can_tell_the_image_from_the_others(string by)
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        folder.File("dog.png", Dog);
        await using SharePair pair = await Serving.StartAsync(folder);
        var sha256 = new ImageHash("sha-256", [.. SHA256.HashData(Cat)]);
        ImageSelector wanted = by switch
        {
            "name" => new() { Name = "cat.png" },
            "name and type" => new() { Name = "cat.png", Type = Png },
            "size" => new() { Size = Cat.Length },
            "SHA-256" => new() { Hashes = [sha256] },
            "SHA-512 beside a hash nobody knows" => new() { Hashes = [new("sha-999", [1, 2, 3]), new("sha-512", [.. SHA512.HashData(Cat)])] },
            "a wrong SHA-1 beside the right SHA-256" => new() { Hashes = [new("sha-1", [.. new byte[20]]), sha256] },
            _ => new() { Name = "cat.png", Type = Png, Size = Cat.Length, Hashes = [new("sha-1", [.. SHA1.HashData(Cat)])] },
        };
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, pair.Store);
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        if (by.StartsWith("a wrong", StringComparison.Ordinal))
        {
            // The server takes the strongest; this side sees that what it asked for is not one image.
            Assert.That(received.Error, Is.EqualTo(ImageShareError.HashMismatch));
            return;
        }

        Assert.That(received.IsCompleted && received.IsVerified, Is.True, received.Message);
        Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(Cat));
    }

    [TestCase("no such name")]
    [TestCase("name in other case")]
    [TestCase("path up")]
    [TestCase("path through a folder below")]
    [TestCase("full path")]
    [TestCase("hidden")]
    [TestCase("link")]
    [TestCase("no image")]
    [TestCase("right name, wrong hash")]
    [TestCase("right name, wrong SHA-256")]
    [TestCase("right name, wrong size")]
    [TestCase("right name, wrong type")]
    [TestCase("three that fit")]
    [Category("FT-037")]
    [Category("FT-038")]
    public async Task What_fits_no_image_or_several_is_not_sent(string what)
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        folder.File("dog.png", Dog);
        folder.File("bird.png", TestImage.Png(100, seed: 9));
        folder.File(".hidden.png", TestImage.Png(50));
        folder.File("secret.txt", "not an image"u8);
        Directory.CreateDirectory(Path.Combine(folder.Path, "below"));
        File.WriteAllBytes(Path.Combine(folder.Path, "below", "deep.png"), Cat);
        File.WriteAllBytes(Path.Combine(folder.Outer, "outside.png"), Cat);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "link.png"), Path.Combine(folder.Outer, "outside.png"));
        await using SharePair pair = await Serving.StartAsync(folder);
        ImageSelector wanted = what switch
        {
            "no such name" => new() { Name = "cow.png" },
            "name in other case" => new() { Name = "Cat.png" },
            "path up" => new() { Name = "../outside.png" },
            "path through a folder below" => new() { Name = "below/deep.png" },
            "full path" => new() { Name = Path.Combine(folder.Path, "cat.png") },
            "hidden" => new() { Name = ".hidden.png" },
            "link" => new() { Name = "link.png" },
            "no image" => new() { Name = "secret.txt" },
            "right name, wrong hash" => ImageSelector.FromHash(TestImage.Sha1(Dog)) with { Name = "cat.png" },
            "right name, wrong SHA-256" => ImageSelector.FromHash(Convert.ToHexString(SHA256.HashData(Dog))) with { Name = "cat.png" },
            "right name, wrong size" => new() { Name = "cat.png", Size = Dog.Length },
            "right name, wrong type" => new() { Name = "cat.png", Type = new MediaType("image", "jpeg") },
            _ => new() { Type = Png },
        };
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, wanted, pair.Store);
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.Error, Is.EqualTo(ImageShareError.ImageNotFound), received.Message);
            Assert.That(received.SipStatus, Is.EqualTo(488));
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [Test]
    [Category("FT-038")]
    public async Task Without_a_catalogue_nothing_is_served_and_with_one_the_capability_answer_says_so()
    {
        await using SharePair plain = await SharePair.StartAsync();
        await using ImageShareSession refused = await plain.Alice.FetchAsync(plain.Bob.Address, new ImageSelector { Name = "cat.png" }, plain.Store);
        ImageShareResult result = await refused.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.Error, result.SipStatus), Is.EqualTo((ImageShareError.ImageNotFound, (int?)488)));
        Assert.That(plain.SipSent(), Has.Some.EqualTo("SIP/2.0 488 Files Are Not Served Here"));
        Assert.That((await plain.Alice.QueryCapabilitiesAsync(plain.Bob.Address)).ServesImages, Is.Null);

        using var folder = new Folder();
        await using SharePair serving = await Serving.StartAsync(folder);
        Assert.That((await serving.Alice.QueryCapabilitiesAsync(serving.Bob.Address)).ServesImages, Is.True);
        MediaDescription capability = Media(AnswerTo(serving, "OPTIONS"));
        Assert.That(capability.HasBareFileSelector, Is.True);
        Assert.That(capability.Attributes.Count(a => a.Name.StartsWith("file-", StringComparison.Ordinal)), Is.EqualTo(1), "no other file attribute (RFC 5547 §8.5)");
    }

    [TestCase(403, ImageShareError.AuthenticationFailed, ImageShareState.Failed)]
    [TestCase(603, ImageShareError.Declined, ImageShareState.Declined)]
    public async Task Who_may_fetch_is_what_the_application_says(int status, ImageShareError error, ImageShareState state)
    {
        ImageRequest? asked = null;
        var catalogue = new DelegateCatalogue((request, _) =>
        {
            asked = request;
            return new(CatalogueAnswer.Refuse(status));
        });
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { DisplayName = "Alice" }, bob: o => o with { Catalogue = catalogue });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((result.State, result.Error, result.SipStatus), Is.EqualTo((state, error, (int?)status)));
            Assert.That(asked!.Caller, Is.EqualTo(SipUri.Parse("sip:alice@ims.example")));
            Assert.That(asked.CallerDisplayName, Is.EqualTo("Alice"));
            Assert.That(asked.IsCallerAsserted, Is.False);
            Assert.That(asked.Id, Is.EqualTo(fetch.Id));
            Assert.That(asked.Wanted.Name, Is.EqualTo("cat.png"));
        });
    }

    [Test]
    public async Task A_folder_serves_only_whom_it_may()
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = ImageCatalogue.FromDirectory(folder.Path, r => r.Caller.User == "carol") });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        Assert.That((await fetch.Completion.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(403));
    }

    [TestCase("one of several", true)]
    [TestCase("several", false)]
    [TestCase("another one than was asked for", false)]
    [TestCase("one that is no image", false)]
    [TestCase("one that cannot be read", false)]
    [Category("FT-037")]
    public async Task A_catalogue_of_the_application_chooses_and_is_checked(string what, bool isSent)
    {
        ImageSource cat = SharePair.Image(Cat);
        var catalogue = new DelegateCatalogue((_, _) => new(what switch
        {
            "one of several" => CatalogueAnswer.Found(new CatalogueImage(cat)),
            "several" => CatalogueAnswer.Found(new CatalogueImage(cat), new CatalogueImage(SharePair.Image(Dog))),
            "another one than was asked for" => CatalogueAnswer.Found(new CatalogueImage(ImageSource.FromBytes(Cat, "cow.jpg", new MediaType("image", "jpeg")))),
            "one that is no image" => CatalogueAnswer.Found(new CatalogueImage(ImageSource.FromBytes(Cat, "cat.txt", new MediaType("text", "plain")))),
            _ => CatalogueAnswer.Found(new CatalogueImage(ImageSource.FromFile("/no/such/file.png"))),
        }));
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = catalogue });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Type = Png }, pair.Store);
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsCompleted, Is.EqualTo(isSent), result.Message);
        Assert.That(result.SipStatus, Is.EqualTo(isSent ? null : what is "one that cannot be read" ? 500 : 488));
    }

    [Test]
    public async Task Hashes_a_catalogue_does_not_name_are_computed()
    {
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = new DelegateCatalogue((_, _) => new(CatalogueAnswer.Found(new CatalogueImage(SharePair.Image(Cat)), new CatalogueImage(SharePair.Image(Dog))))) });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, ImageSelector.FromHash(Convert.ToHexString(SHA384.HashData(Dog))), ImageStore.InMemory());
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsVerified, Is.True, result.Message);
        Assert.That(result.Stored!.Content!.Value.ToArray(), Is.EqualTo(Dog));
    }

    [TestCase("nothing")]
    [TestCase("an unknown hash only")]
    [TestCase("an empty name")]
    [TestCase("a negative size")]
    [Category("FT-036")]
    public async Task A_fetch_says_which_image(string what)
    {
        await using SharePair pair = await SharePair.StartAsync();
        ImageSelector wanted = what switch
        {
            "nothing" => new(),
            "an unknown hash only" => new() { Hashes = [new("md5", [.. new byte[16]])] },
            "an empty name" => new() { Name = "" },
            _ => new() { Size = -1 },
        };
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => pair.Alice.FetchAsync(pair.Bob.Address, wanted, pair.Store));
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.InvalidValue));
        Assert.That(pair.SipSent(), Is.Empty);
    }

    [TestCase("00", false)]
    [TestCase("xyz", false)]
    [TestCase("72245FE8653DDAF371362F86D471913EE4A2CE2E", true)]
    [TestCase("72:24:5f:e8:65:3d:da:f3:71:36:2f:86:d4:71:91:3e:e4:a2:ce:2e", true)]
    public void A_hash_is_told_by_its_length(string hex, bool isOne)
    {
        if (isOne)
        {
            Assert.That(ImageSelector.FromHash(hex).Hashes.Single().Algorithm, Is.EqualTo("sha-1"));
        }
        else
        {
            Assert.That(() => ImageSelector.FromHash(hex), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Either_side_may_break_it_off(bool puller)
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = Slow(folder) });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        await Serving.ReachesAsync(fetch, 64 * 1024);
        ImageShareSession canceller = puller ? fetch : served;
        await canceller.CancelAsync().WaitAsync(SharePair.Patience);
        ImageShareResult received = await fetch.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await served.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.State, Is.EqualTo(ImageShareState.Cancelled), received.Message);
            Assert.That(sent.State, Is.EqualTo(ImageShareState.Cancelled), sent.Message);
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
    }

    [Test]
    public async Task A_fetch_that_is_cancelled_while_the_catalogue_thinks_ends_its_thinking()
    {
        var thinking = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var catalogue = new DelegateCatalogue(async (_, token) =>
        {
            thinking.SetResult(token);
            await using CancellationTokenRegistration registration = token.Register(over.SetResult);
            await over.Task;
            token.ThrowIfCancellationRequested();
            return CatalogueAnswer.None;
        });
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Catalogue = catalogue });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        await thinking.Task.WaitAsync(SharePair.Patience);
        Assert.That((await fetch.CancelAsync().WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled));
        await over.Task.WaitAsync(SharePair.Patience);
    }

    [TestCase(MsrpSecurity.Required, false)]
    [TestCase(MsrpSecurity.None, true)]
    public async Task Media_over_TLS_and_through_middleboxes_work_as_for_a_push(MsrpSecurity security, bool cema)
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        ImageShareOptions With(ImageShareOptions o) => o with { MsrpSecurity = security, UseCema = cema };
        await using SharePair pair = await SharePair.StartAsync(alice: With, bob: o => With(o) with { Catalogue = ImageCatalogue.FromDirectory(folder.Path) });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        MediaDescription answer = Media(AnswerTo(pair, "INVITE"));
        Assert.Multiple(() =>
        {
            Assert.That(result.IsVerified, Is.True, result.Message);
            Assert.That(answer.IsMsrpOverTls, Is.EqualTo(security is MsrpSecurity.Required));
            Assert.That(answer.Find("fingerprint"), security is MsrpSecurity.Required ? Is.Not.Null : Is.Null);
            Assert.That(answer.HasMsrpCema, Is.EqualTo(cema));
        });
    }

    [TestCase("Rcs2")]
    [TestCase("Ir79")]
    [TestCase("RcsE")]
    [TestCase("Mercuro")]
    [TestCase("Rfc5547")]
    [Category("FT-036")]
    public async Task Every_dialect_fetches(string profile)
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { Profile = ImageShareProfile.Find(profile)! }, bob: o => o with { Profile = ImageShareProfile.Find(profile)!, Catalogue = ImageCatalogue.FromDirectory(folder.Path) });
        await using ImageShareSession fetch = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, pair.Store);
        ImageShareResult result = await fetch.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsVerified, Is.True, result.Message);
        Assert.That(
            Media(pair.FirstSent("INVITE")).Attributes.Where(a => a.Name.StartsWith("file-", StringComparison.Ordinal)).Select(a => a.Name),
            Is.EquivalentTo(new[] { "file-selector", "file-transfer-id" }));
    }

    [Test]
    public async Task Served_shares_count_against_the_limit()
    {
        using var folder = new Folder();
        folder.File("cat.png", Cat);
        await using SharePair pair = await SharePair.StartAsync(
            bob: o => o with { Limits = o.Limits with { MaxConcurrentShares = 1 }, Catalogue = Slow(folder) });
        await using ImageShareSession first = await pair.Alice.FetchAsync(pair.Bob.Address, new ImageSelector { Name = "cat.png" }, ImageStore.InMemory());
        await using ImageShareSession served = await Serving.ServedAsync(pair);
        await using ImageShareSession second = await pair.Alice.FetchAsync(
            pair.Bob.Address, new ImageSelector { Name = "cat.png" }, ImageStore.InMemory(), new FetchSettings { QueryFirst = false });
        Assert.That((await second.Completion.WaitAsync(SharePair.Patience)).Error, Is.EqualTo(ImageShareError.Busy));
        await first.CancelAsync().WaitAsync(SharePair.Patience);
    }

    private static DelegateCatalogue Slow(Folder folder) => new(async (request, token) =>
        CatalogueAnswer.Found([.. (await ImageCatalogue.FromDirectory(folder.Path).FindAsync(request, token)).Images.Select(i => i with { MaxBytesPerSecond = 100_000 })]));

    private static MediaDescription Media(Diagnostics.ImageShareTraceEvent message)
    {
        string text = Encoding.UTF8.GetString(message.Bytes.Span);
        Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]), out SessionDescription? description), Is.True, text);
        return description!.Media.Single();
    }

    private static Diagnostics.ImageShareTraceEvent AnswerTo(SharePair pair, string method)
    {
        lock (pair.Sent)
        {
            return pair.Sent.First(m => m.StartLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal)
                && Encoding.UTF8.GetString(m.Bytes.Span).Contains($" {method}\r\n", StringComparison.Ordinal));
        }
    }
}
