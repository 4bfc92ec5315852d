using System.Buffers;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Resuming;

/// <summary>The rest of an image whose transfer broke off.</summary>
[TestFixture]
[Parallelizable]
public sealed class ResumeTests
{
    private static readonly byte[] Image = TestImage.Png(1_000_000);

    [Test]
    [Category("FT-033")]
    [Category("FT-008")]
    public async Task A_transfer_that_broke_off_goes_on_where_it_broke_and_the_whole_is_verified()
    {
        var network = new BreakableNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        IImageStore store = Keeping(pair);
        ImageShareResult broken;
        await using (ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Image), new ShareSettings { MaxBytesPerSecond = 400_000 }))
        {
            await using ImageShareSession incoming = await (await pair.NextInvitationAsync()).AcceptAsync(store);
            await ReachesAsync(outgoing, 400_000);
            network.BreakAll();
            broken = await outgoing.Completion.WaitAsync(SharePair.Patience);
            await incoming.Completion.WaitAsync(SharePair.Patience);
        }

        Assert.That(broken.IsCompleted, Is.False);
        Assert.That(broken.BytesTransferred, Is.GreaterThanOrEqualTo(400_000));
        FileInfo partial = pair.Inbox.GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 }).Single();
        Assert.That(partial.Name, Does.StartWith(".").And.Contains(Convert.ToHexString(Sha1.Of(Image).AsSpan())));
        Assert.That(partial.Length, Is.GreaterThanOrEqualTo(300_000));
        Assert.That(File.ReadAllBytes(partial.FullName), Is.EqualTo(Image.AsSpan(0, (int)partial.Length).ToArray()), "its octets are good");

        lock (pair.Sent)
        {
            pair.Sent.Clear();
        }

        await using ImageShareSession second = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Image), new ShareSettings { ResumeAt = 300_000 });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That(invitation.Image.ResumesAt, Is.EqualTo(300_000));
        await using ImageShareSession received = await invitation.AcceptAsync(Keeping(pair));
        ImageShareResult stored = await received.Completion.WaitAsync(SharePair.Patience);
        Assert.That((await second.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        string invite = System.Text.Encoding.UTF8.GetString(pair.FirstSent("INVITE").Bytes.Span);
        Assert.Multiple(() =>
        {
            Assert.That(invite, Does.Contain("a=file-range:300001-*\r\n"));
            Assert.That(invite.Replace(":", "", StringComparison.Ordinal), Does.Contain(Convert.ToHexString(Sha1.Of(Image).AsSpan())), "the hash is of the whole");
            Assert.That(stored.IsCompleted && stored.IsVerified, Is.True, stored.Message);
            Assert.That(stored.BytesTransferred, Is.EqualTo(Image.Length));
            Assert.That(File.ReadAllBytes(stored.Stored!.Path!), Is.EqualTo(Image));
            Assert.That(pair.Inbox.GetFiles("*", new EnumerationOptions { AttributesToSkip = 0 }), Has.Length.EqualTo(1), "the partial became the image");
        });
    }

    [TestCase("nothing was kept")]
    [TestCase("less was kept")]
    [TestCase("the image has changed")]
    [TestCase("the store keeps nothing")]
    [Category("FT-033")]
    [Category("FT-035")]
    public async Task Without_the_beginning_the_rest_is_refused_and_the_whole_is_sent(string why)
    {
        await using SharePair pair = await SharePair.StartAsync();
        if (why is "less was kept")
        {
            await KeepAsync(pair, Image, 299_999);
        }
        else if (why is "the image has changed")
        {
            byte[] before = [.. Image];
            before[^1] ^= 1;
            await KeepAsync(pair, before, 500_000);
        }

        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Image), new ShareSettings { ResumeAt = 300_000 });
        IImageStore store = why is "the store keeps nothing" ? ImageStore.InMemory() : Keeping(pair);
        ImageShareInvitation rest = await pair.NextInvitationAsync();
        ImageShareException? failure = null;
        try
        {
            await rest.AcceptAsync(store);
        }
        catch (ImageShareException e)
        {
            failure = e;
        }

        Assert.That(failure?.Error, Is.EqualTo(ImageShareError.NothingToResume));
        ImageShareInvitation whole = await pair.NextInvitationAsync();
        Assert.That(whole.Image.ResumesAt, Is.Zero);
        await using ImageShareSession incoming = await whole.AcceptAsync(store);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        string[] ids = [.. Offers(pair).Select(o => RawPhone.Line(o, "a=file-transfer-id:"))];
        Assert.Multiple(() =>
        {
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
            Assert.That(received.IsVerified, Is.True, received.Message);
            Assert.That(pair.SipSent(), Has.Some.StartsWith("SIP/2.0 488"));
            Assert.That(ids, Has.Length.EqualTo(2).And.Unique, "a transfer of its own has an id of its own");
        });
    }

    [Test]
    [Category("FT-040")]
    [Category("FT-035")]
    public async Task Only_the_octets_of_the_range_are_sent_and_the_message_counts_them_from_1()
    {
        var network = new InMemoryNetwork();
        await using var phone = new RawPhone(network);
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:alice@ims.example"),
            Network = network,
            Transport = SipTransportChoice.Udp,
        });
        byte[] image = TestImage.Png(200);
        ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(image), new ShareSettings { QueryFirst = false, ResumeAt = 100 });
        string invite = await phone.ReceiveAsync("INVITE");
        Assert.That(invite, Does.Contain("a=file-range:101-*\r\n").And.Contain("size:200"));
        await phone.RespondAsync(invite, "200 OK", phone.Answer() + "a=file-range:101-*\r\n");
        await phone.ReceiveAsync("ACK");
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        RawMsrpPeer.Message? send;
        do
        {
            send = (await peer.ReadAsync())!;
            await peer.AnswerAsync(send, 200, send.To.First);
        }
        while (!send.HasBody);
        Assert.That(send.ToString(), Is.EqualTo("SEND 1-100/100 100$"));
        Assert.That(send.Body, Is.EqualTo(image[100..]));
        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.BytesTransferred, Is.EqualTo(200));
    }

    [TestCase("a=file-range:101-*", false)]
    [TestCase("a=file-range:101-200", true)]
    [TestCase("a=file-range:1-*", true)]
    [TestCase("", true)]
    [Category("FT-035")]
    public async Task An_answer_that_names_other_octets_than_were_offered_is_not_used(string range, bool ends)
    {
        var network = new InMemoryNetwork();
        await using var phone = new RawPhone(network);
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:alice@ims.example"),
            Network = network,
            Transport = SipTransportChoice.Udp,
        });
        ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(200)), new ShareSettings { QueryFirst = false, ResumeAt = 100 });
        await phone.RespondAsync(await phone.ReceiveAsync("INVITE"), "200 OK", phone.Answer() + (range.Length > 0 ? range + "\r\n" : null));
        await phone.ReceiveAsync("ACK");
        Task<ImageShareResult> ending = session.Completion;
        if (!ends)
        {
            await using RawMsrpPeer peer = await phone.AcceptAsync();
            ending = session.CancelAsync();
        }

        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        Assert.That((await ending.WaitAsync(SharePair.Patience)).Error, Is.EqualTo(ends ? ImageShareError.UnacceptableOffer : ImageShareError.Cancelled));
    }

    // The range, the status, and what stands in the answer.
    [TestCase("501-*", 200)]
    [TestCase("501-1000", 200)]
    [TestCase("1-1000", 200)]
    [TestCase("1-*", 200)]
    [TestCase("501-999", 488)]
    [TestCase("1-999", 488)]
    [TestCase("501-1001", 488)]
    [TestCase("1001-*", 488)]
    [TestCase("502-*", 488)]
    [Category("FT-035")]
    public async Task A_range_is_echoed_or_refused(string range, int status)
    {
        byte[] image = TestImage.Png(1000);
        await using SharePair pair = await SharePair.StartAsync();
        await KeepAsync(pair, image, 500);
        await using var phone = new RawPhone(pair.Network);
        string hash = string.Join(':', Sha1.Of(image).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        Task<string> calling = phone.InviteAsync(pair.Bob.Address, "range", phone.Offer($"name:\"cat.png\" type:image/png size:1000 hash:sha-1:{hash}") + $"a=file-range:{range}\r\n");
        if (status == 200 || range == "502-*")
        {
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            try
            {
                await invitation.AcceptAsync(Keeping(pair));
            }
            catch (ImageShareException e) when (e.Error == ImageShareError.NothingToResume)
            {
                Assert.That(status, Is.EqualTo(488));
            }
        }

        string response = await calling;
        Assert.That(response, Does.StartWith($"SIP/2.0 {status}"));
        if (status == 200)
        {
            Assert.That(response, Does.Contain($"a=file-range:{range}\r\n"));
            (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await phone.DialAsync(response);
            await using RawMsrpPeer closing = peer;
            byte[] rest = image[(range.StartsWith("501", StringComparison.Ordinal) ? 500 : 0)..];
            await peer.SendAsync(to, "rest", $"Byte-Range: 1-{rest.Length}/{rest.Length}\r\n", System.Text.Encoding.Latin1.GetString(rest), '$');
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 200"));
            await phone.ByeAsync(pair.Bob.Address, "range", response);
            Assert.That(pair.Inbox.GetFiles("cat.png").Select(f => File.ReadAllBytes(f.FullName)).Single(), Is.EqualTo(image));
        }
    }

    [TestCase(-1)]
    [TestCase(1000)]
    public async Task An_image_is_not_resumed_outside_of_itself(long at)
    {
        await using SharePair pair = await SharePair.StartAsync();
        Assert.That(
            async () => await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { ResumeAt = at }),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
    }

    private static IImageStore Keeping(SharePair pair) => ImageStore.InDirectory(pair.Inbox.FullName, new DirectoryStoreOptions { KeepPartials = true });

    /// <summary>Leaves what a transfer leaves that breaks off after so many octets.</summary>
    private static async Task KeepAsync(SharePair pair, byte[] image, int octets)
    {
        IImageSink sink = await Keeping(pair).CreateAsync(new IncomingImage
        {
            SuggestedName = "cat.png",
            Type = new MediaType("image", "png"),
            Size = image.Length,
            Hashes = [new ImageHash("sha-1", Sha1.Of(image))],
        });
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(image, 0, octets));
        await sink.DisposeAsync();
    }

    private static IEnumerable<string> Offers(SharePair pair)
    {
        lock (pair.Sent)
        {
            return [.. pair.Sent.Where(m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(m => System.Text.Encoding.UTF8.GetString(m.Bytes.Span))];
        }
    }

    private static async Task ReachesAsync(ImageShareSession session, long octets)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.ProgressChanged += (_, progress) =>
        {
            if (progress.Bytes >= octets)
            {
                reached.TrySetResult();
            }
        };
        await reached.Task.WaitAsync(SharePair.Patience);
    }
}
