using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Bodies;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The pages of the layers show code as it is compiled and run. Run once with UPDATE_README=1 to copy it in.</summary>
[TestFixture]
public sealed partial class SnippetPageTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    [TestCase("sdp.md", "SdpSnippets.cs")]
    [TestCase("bodies.md", "BodySnippets.cs")]
    [TestCase("pull.md", "PullSnippets.cs")]
    [TestCase("several.md", "SeveralSnippets.cs")]
    [TestCase("nat.md", "NatSnippets.cs")]
    [TestCase("names.md", "NameSnippets.cs")]
    [TestCase("streams.md", "StreamSnippets.cs")]
    [TestCase("application-tests.md", "ApplicationTestSnippets.cs")]
    [TestCase("howto/*.md", "HowToSnippets.cs")]
    public void Every_snippet_is_the_code_as_it_is_compiled(string pages, string source)
    {
        string[] paths = Directory.GetFiles(Repository.File("docs"), pages);
        Dictionary<string, string> code = Marked()
            .Matches(File.ReadAllText(Repository.File("tests", "ImageShare.Core.Tests", "Documentation", source)))
            .ToDictionary(m => m.Groups[2].Value, m => Unindent(m.Groups[3].Value, m.Groups[1].Value));
        if (Environment.GetEnvironmentVariable("UPDATE_README") == "1")
        {
            foreach (string path in paths)
            {
                File.WriteAllText(path, Shown().Replace(File.ReadAllText(path), m => $"<!-- snippet: {m.Groups[1].Value} -->\n```csharp\n{code[m.Groups[1].Value]}```\n<!-- end -->"));
            }
        }

        string text = string.Concat(paths.Select(File.ReadAllText));
        Assert.That(Shown().Matches(text).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value), Is.EquivalentTo(code));
        Assert.That(Regex.Count(text, "```csharp"), Is.EqualTo(code.Count), "no other code");
    }

    [Test]
    public void The_lines_on_sdp_do_what_the_page_says()
    {
        SessionDescription offer = SdpSnippets.Offer(Address, new FileHash("sha-1", [.. new byte[20]]));
        SessionDescription refusal = SdpSnippets.Refuse(offer, Address);
        SessionDescription next = SdpSnippets.Next(offer);
        Assert.Multiple(() =>
        {
            Assert.That(SdpSnippets.Read(offer.ToArray()), Is.EqualTo("cat.png, 32349 bytes, SendOnly, at msrp://192.0.2.1:7654/jshA7we;tcp"));
            Assert.That(SdpSnippets.Read("v=0\r\nnonsense"u8), Does.StartWith("no SDP: "));
            Assert.That(refusal.Media.Single().Port, Is.Zero);
            Assert.That(refusal.Media.Single().FileTransferId, Is.EqualTo(offer.Media.Single().FileTransferId));
            Assert.That(next.Media.Single().Port, Is.Zero);
            Assert.That(next.Origin, Is.EqualTo(offer.Origin.Next()));
        });
    }

    [Test]
    public async Task The_lines_on_names_lead_to_the_client()
    {
        Assert.That(NameSnippets.Servers().Resolver, Is.InstanceOf<Core.Sip.Names.DnsSipResolver>());
        ImageShareOptions options = NameSnippets.Records(5070);
        await using ImageShareClient bob = await ImageShareClient.StartAsync(options with { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 5070) });
        await using ImageShareClient alice = await ImageShareClient.StartAsync(options);
        ImageShareCapabilities capabilities = await alice.QueryCapabilitiesAsync(SipUri.Parse("sip:bob@ims.example"));
        Assert.That(capabilities.CanShareImages, Is.True);
    }

    [Test]
    public void The_lines_on_bodies_find_the_description_and_its_icon()
    {
        const string Body = "--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b1\r\nContent-Type: image/png\r\nContent-ID: <icon1@example.com>\r\n\r\nICON\r\n--b1--\r\n";
        (BodyPart? description, BodyPart? icon) = BodySnippets.Read(Encoding.ASCII.GetBytes(Body));
        Assert.That(description?.ContentType.Essence, Is.EqualTo("application/sdp"));
        Assert.That(icon?.Content.ToArray(), Is.EqualTo("ICON"u8.ToArray()));
        Assert.That(() => BodySnippets.Read("nothing"u8.ToArray()), Throws.TypeOf<FormatException>());
    }

    [Test]
    public async Task The_lines_on_NAT_advertise_what_is_forwarded()
    {
        await using ImageShareClient client = await ImageShareClient.StartAsync(NatSnippets.Forwarded() with { Network = new InMemoryNetwork() });
        Assert.That(client.Address, Is.EqualTo(SipUri.Parse("sip:alice@share.example.net:40060")));
    }

    [Test]
    public async Task The_lines_on_fetching_serve_and_fetch()
    {
        using var folder = new Folder();
        byte[] cat = TestImage.Png(1000);
        folder.File("cat.png", cat);
        var network = new InMemoryNetwork();
        await using ImageShareClient bob = await ImageShareClient.StartAsync(PullSnippets.Serve(folder.Path, r => r.Caller.User == "alice") with { Network = network });
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = network });
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:carol@ims.example"),
            Network = network,
            Catalogue = new PullSnippets.PictureOfTheDay(SharePair.Image(cat)),
        });
        Task<string> following = PullSnippets.FollowAsync(bob);
        ImageShareResult fetched = await PullSnippets.FetchAsync(alice, bob.Address, Path.Combine(folder.Outer, "received")).WaitAsync(SharePair.Patience);
        ImageShareResult notKnown = await PullSnippets.FetchAsync(carol, bob.Address, Path.Combine(folder.Outer, "received")).WaitAsync(SharePair.Patience);
        ImageShareResult notAsserted = await PullSnippets.FetchAsync(alice, carol.Address, Path.Combine(folder.Outer, "received")).WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(fetched.IsVerified, Is.True, fetched.Message);
            Assert.That(notKnown.SipStatus, Is.EqualTo(403));
            Assert.That(notAsserted.SipStatus, Is.EqualTo(403));
        });
        Assert.That(await following.WaitAsync(SharePair.Patience), Is.EqualTo("cat.png: Completed"));
    }

    [Test]
    public async Task The_lines_on_several_images_share_and_receive_them()
    {
        await using SharePair pair = await SharePair.StartAsync();
        var icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(100));
        Task<int> sharing = SeveralSnippets.ShareAsync(
            pair.Alice, pair.Bob.Address, SharePair.Image(TestImage.Png(1000)), SharePair.Image(TestImage.Png(1_000_000), "dog.png"), icon);
        ImageShareSession[] taken = await SeveralSnippets.ReceiveAsync(await pair.NextInvitationAsync(), pair.Store);
        Assert.That(await sharing.WaitAsync(SharePair.Patience), Is.EqualTo(1));
        Assert.That((await taken.Single().Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    private static string Unindent(string code, string indent) =>
        string.Concat(code.Split('\n').SkipLast(1).Select(line => (line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line) + "\n"));

    [GeneratedRegex(@"^( *)// snippet: ([\w-]+)\n(.*?)^ *// end$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"<!-- snippet: ([\w-]+) -->\n```csharp\n(.*?)```\n<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Shown();
}
