using System.Buffers;
using System.Text;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Resuming;

/// <summary>The rest of an image whose sender offers no hash: told by who sends it, its name, its size and its date.</summary>
[TestFixture]
[Parallelizable]
public sealed class ResumeWithoutHashTests
{
    private const string Date = "modification:\"Wed, 15 Oct 2008 10:40:46 +0000\"";
    private const string Selector = "name:\"cat.png\" type:image/png size:1000";

    private static readonly byte[] Image = TestImage.Png(1000);
    private static readonly DateTimeOffset Modified = new(2008, 10, 15, 10, 40, 46, TimeSpan.Zero);

    private SharePair _pair = null!;
    private RawPhone _phone = null!;

    [SetUp]
    public async Task Start()
    {
        _pair = await SharePair.StartAsync();
        _phone = new RawPhone(_pair.Network);
    }

    [TearDown]
    public async Task Stop()
    {
        await _phone.DisposeAsync();
        await _pair.DisposeAsync();
    }

    [Test]
    public async Task The_rest_continues_what_broke_off_and_the_result_says_that_nothing_was_checked()
    {
        Task<string> calling = _phone.InviteAsync(_pair.Bob.Address, "first", Offer(Selector));
        ImageShareSession first = await (await _pair.NextInvitationAsync()).AcceptAsync(Store);
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(await calling);
        await peer.SendAsync(to, "begin", "Byte-Range: 1-600/1000\r\n", Octets(0, 600), '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("begin 200"));
        await peer.DisposeAsync();
        await _phone.RespondAsync(await _phone.ReceiveAsync("BYE", "first"), "200 OK");
        Assert.That((await first.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.False);
        Assert.That(Hidden.Single().Length, Is.EqualTo(600));

        // The date in another zone is the same date; the id of the transfer is another one, as it has to be.
        ImageShareResult result = await ResumeAsync("second", Offer(Selector, "modification:\"Wed, 15 Oct 2008 12:40:46 +0200\"", from: 501), Octets(500, 500));
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.True, result.Message);
            Assert.That(result.IsVerified, Is.False);
            Assert.That(result.Warnings, Is.EqualTo((string[])["ContinuedUnverified"]));
            Assert.That(File.ReadAllBytes(result.Stored!.Path!), Is.EqualTo(Image));
            Assert.That(Hidden, Is.Empty, "the partial became the image");
        });
    }

    [TestCase("another name")]
    [TestCase("another size")]
    [TestCase("another date")]
    [TestCase("no date")]
    [TestCase("another date that says when it was made")]
    [TestCase("another sender")]
    [TestCase("a hash")]
    [TestCase("more than is here")]
    [TestCase("not allowed")]
    [TestCase("nothing is kept")]
    [Category("FT-035")]
    public async Task What_is_not_said_to_be_the_same_image_starts_anew(string why)
    {
        await KeepAsync();
        string kept = Hidden.Single().Name;
        string selector = why switch
        {
            "another name" => Selector.Replace("cat", "dog", StringComparison.Ordinal),
            "another size" => Selector.Replace("1000", "1001", StringComparison.Ordinal),
            "a hash" => Selector + " hash:sha-1:" + string.Join(':', Sha1OfImage),
            _ => Selector,
        };
        string? date = why switch
        {
            "another date" => Date.Replace("46", "47", StringComparison.Ordinal),
            "no date" => null,
            "another date that says when it was made" => Date.Replace("modification", "creation", StringComparison.Ordinal),
            _ => Date,
        };
        IImageStore store = ImageStore.InDirectory(_pair.Inbox.FullName, new DirectoryStoreOptions
        {
            KeepPartials = why != "nothing is kept",
            KeepPartialsWithoutHash = why != "not allowed",
        });
        Task<string> calling = InviteAsync("rest", Offer(selector, date, from: why == "more than is here" ? 602 : 501), why);
        ImageShareInvitation invitation = await _pair.NextInvitationAsync();
        Assert.That(
            async () => await invitation.AcceptAsync(store), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.NothingToResume));
        Assert.That(await calling, Does.StartWith("SIP/2.0 488"));

        // The whole of it comes as ever, and what is kept of the other one stays what it is.
        byte[] image = why == "another size" ? TestImage.Png(1001) : Image;
        calling = InviteAsync("whole", Offer(selector, date), why);
        ImageShareSession session = await (await _pair.NextInvitationAsync()).AcceptAsync(store);
        ImageShareResult result = await FinishAsync(session, "whole", await calling, Encoding.Latin1.GetString(image));
        Assert.Multiple(() =>
        {
            Assert.That(result.IsCompleted, Is.True, result.Message);
            Assert.That(result.Warnings, Is.Empty);
            Assert.That(File.ReadAllBytes(result.Stored!.Path!), Is.EqualTo(image));
            Assert.That(Hidden.Select(f => f.Name), Is.EqualTo(why == "more than is here" ? [] : (string[])[kept]));
        });
    }

    [TestCase(6, true)]
    [TestCase(8, false)]
    public async Task What_nobody_comes_back_to_goes_after_its_time(int days, bool stays)
    {
        await KeepAsync();
        File.SetLastWriteTimeUtc(Hidden.Single().FullName, DateTime.UtcNow.AddDays(-days));
        await using IImageSink sink = await Store.CreateAsync(new IncomingImage { Size = 1 });
        Assert.That(Hidden.Count(f => f.Name.EndsWith(".partial", StringComparison.Ordinal)), Is.EqualTo(stays ? 1 : 0));
    }

    private IImageStore Store => ImageStore.InDirectory(_pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true, KeepPartialsWithoutHash = true });

    private FileInfo[] Hidden => _pair.Inbox.GetFiles(".*", new EnumerationOptions { AttributesToSkip = 0 });

    private static IEnumerable<string> Sha1OfImage => Tests.Images.Sha1.Of(Image).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));

    private static string Octets(int from, int count) => Encoding.Latin1.GetString(Image.AsSpan(from, count));

    private string Offer(string selector, string? date = Date, int from = 1) =>
        _phone.Offer(selector) + (date is null ? null : $"a=file-date:{date}\r\n") + (from == 1 ? null : $"a=file-range:{from}-*\r\n");

    private async Task<string> InviteAsync(string call, string offer, string why)
    {
        if (why != "another sender")
        {
            return await _phone.InviteAsync(_pair.Bob.Address, call, offer);
        }

        await _phone.SendAsync(_pair.Bob.Address, _phone.Request("INVITE", _pair.Bob.Address, call, body: offer).Replace("<sip:mallory@example.com>", "<sip:trudy@example.com>", StringComparison.Ordinal));
        string response;
        do
        {
            response = await _phone.ReceiveAsync("SIP/2.0 ", call);
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal));
        await _phone.SendAsync(_pair.Bob.Address, _phone.Request("ACK", _pair.Bob.Address, call, RawPhone.TagOf(response)).Replace("<sip:mallory@example.com>", "<sip:trudy@example.com>", StringComparison.Ordinal));
        return response;
    }

    private async Task<ImageShareResult> ResumeAsync(string call, string offer, string octets)
    {
        Task<string> calling = _phone.InviteAsync(_pair.Bob.Address, call, offer);
        ImageShareSession session = await (await _pair.NextInvitationAsync()).AcceptAsync(Store);
        return await FinishAsync(session, call, await calling, octets);
    }

    private async Task<ImageShareResult> FinishAsync(ImageShareSession session, string call, string response, string octets)
    {
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "rest", $"Byte-Range: 1-{octets.Length}/{octets.Length}\r\n", octets, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 200"));
        await _phone.ByeAsync(_pair.Bob.Address, call, response);
        return await session.Completion.WaitAsync(SharePair.Patience);
    }

    // What a transfer leaves that breaks off after 600 octets.
    private async Task KeepAsync()
    {
        IImageSink sink = await Store.CreateAsync(new IncomingImage
        {
            SuggestedName = "cat.png",
            Type = new MediaType("image", "png"),
            Size = 1000,
            Sender = "sip:mallory@example.com",
            Modified = Modified,
        });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(Image, 0, 600));
        await sink.DisposeAsync();
    }
}
