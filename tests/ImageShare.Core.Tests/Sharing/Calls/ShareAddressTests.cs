using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Images;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Where clients listen and what they tell of it, and the odd values an application may give.</summary>
[TestFixture]
public sealed partial class ShareAddressTests
{
    private static IEnumerable<TestCaseData> Addresses() =>
        from real in (bool[])[false, true]
        from address in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any, IPAddress.Loopback, IPAddress.IPv6Loopback]
        from transport in Enum.GetValues<SipTransportChoice>()
        select new TestCaseData(real, address, transport);

    [TestCaseSource(nameof(Addresses))]
    public async Task No_unspecified_address_leaves_in_any_message(bool real, IPAddress address, SipTransportChoice transport)
    {
        if (real && address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
        {
            Assert.Ignore("This machine has no IPv6.");
        }

        ImageShareOptions Change(ImageShareOptions options) => options with
        {
            LocalEndPoint = new IPEndPoint(address, 0),
            Transport = transport,
            SipTls = new TlsOptions { Certificate = TestCertificates.Loopback, TrustedRoots = [TestCertificates.Authority] },
        };
        await using SharePair pair = await SharePair.StartAsync(real ? SystemNetwork.Instance : new InMemoryNetwork(), Change, Change);
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(
            TestImage.Png(5000), new ShareSettings { Icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(100)) });
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(received.IsVerified, Is.True, received.Message);
        foreach (string message in pair.Sent.Select(m => m.StartLine + Encoding.Latin1.GetString(m.Bytes.Span)))
        {
            Assert.That(message, Does.Not.Contain("0.0.0.0").And.Not.Contain("[::]").And.Not.Match("IP6 ::\r"));
        }
    }

    [TestCase("192.0.2.7")]
    [TestCase("2001:db8::7")]
    public async Task The_advertised_address_stands_everywhere_and_no_other(string advertised)
    {
        var address = IPAddress.Parse(advertised);
        var bound = new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        ImageShareOptions Change(ImageShareOptions options) => options with { LocalEndPoint = bound, Advertised = new AdvertisedAddress(advertised) };
        await using SharePair pair = await SharePair.StartAsync(new InMemoryNetwork(), Change, Change);
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(5000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        foreach (string message in pair.Sent.Select(m => Encoding.Latin1.GetString(m.Bytes.Span)))
        {
            foreach (Match line in AddressLines().Matches(message))
            {
                Assert.That(line.Value, Does.Contain(advertised));
            }
        }
    }

    [Test]
    public async Task A_proxy_that_does_not_exist_is_said_in_the_end()
    {
        foreach (string route in (string[])["sip:127.0.0.1:9;lr", "sip:127.0.0.1:9", "sip:no.such.host.invalid;lr"])
        {
            var time = new ManualTimeProvider();
            await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Route = [SipUri.Parse(route)], TimeProvider = time });
            await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(100)), new ShareSettings { QueryFirst = false });
            ImageShareResult result = await time.DriveAsync(session.Completion);
            Assert.That(result.Error, Is.AnyOf(ImageShareError.PeerUnreachable, ImageShareError.NoAnswer), $"{route}: {result.Message}");
        }
    }

    [TestCase("sip:%61lice%20b%22%3E%0d%0a@ims.example")]
    [TestCase("sip:+49-171-5550001@ims.example;user=phone")]
    [TestCase("sip:a=b&c$d,e;f?g/h@ims.example")]
    [TestCase("sip:ims.example")]
    [TestCase("tel:+491715550001")]
    public async Task Identities_with_odd_characters_arrive_as_they_are(string identity)
    {
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { Identity = SipUri.Parse(identity), DisplayName = "A \"quoted\" \\ name, <really> \u00e4\u5f62" },
            bob: o => o with { Identity = SipUri.Parse(identity), AcceptedTypes = [] });
        await using ImageShareSession session = await pair.Alice.ShareAsync(
            pair.Bob.Address, ImageSource.FromBytes(TestImage.Png(100), "a.jpg", new MediaType("image", "jpeg")));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Caller, Is.EqualTo(SipUri.Parse(identity)));
            Assert.That(invitation.CallerDisplayName, Is.EqualTo("A \"quoted\" \\ name, <really> \u00e4\u5f62"));
        });
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
    }

    [Test]
    public void Limits_that_are_none_are_refused_at_once()
    {
        ImageShareLimits[] bad =
        [
            new() { MaxImageSize = 0 }, new() { MaxIconSize = -1 }, new() { MaxPendingInvitations = 0 }, new() { MaxConcurrentShares = 0 },
            new() { AnswerTimeout = Timeout.InfiniteTimeSpan }, new() { MsrpConnectTimeout = TimeSpan.Zero }, new() { IdleTimeout = TimeSpan.MaxValue },
            new() { GraceTimeout = TimeSpan.FromSeconds(-5) },
        ];
        Assert.Multiple(() =>
        {
            foreach (ImageShareLimits limits in bad)
            {
                Assert.That(
                    () => ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:a@b.example"), Network = new InMemoryNetwork(), Limits = limits }),
                    Throws.InstanceOf<ArgumentOutOfRangeException>(),
                    limits.ToString());
            }
        });
    }

    // The names of threats in file names: each arrives under a safe name in the folder, whatever it says.
    [Test]
    [Category("SEC-001")]
    public async Task Hostile_names_stay_in_the_inbox()
    {
        string[] names =
        [
            "../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "C:\\Windows\\x.dll", "\\\\srv\\share\\x", "a/b.jpg", ".", "..", "...", " ", "CON", "con.jpg", "NUL.png", "COM1",
            "LPT\u00b9.jpg", "x.jpg:ads", "x.jpg.", "x.jpg ", "x\0.exe", "x\r\nBcc: y", "x%00.jpg", "%2e%2e%2fx", "x\u202egpj.exe", "photo.jpg.exe", "photo.jpg.lnk", "desktop.ini",
            ".htaccess", "~root", "-rf", "$(id).jpg", "`id`.jpg", new('a', 300), string.Concat(Enumerable.Repeat("\U0001f600", 200)), "e\u0301.jpg", "\u00e9.jpg", "\"quoted\".jpg",
            "Screenshot 2015-09-30 00:15:23.png", "+8617820500132(46)(36).jpg", "Image 18.png", "a\ud800b.png",
        ];
        await using SharePair pair = await SharePair.StartAsync();
        string[] around = Directory.GetFileSystemEntries(pair.Inbox.Parent!.FullName, "*", SearchOption.TopDirectoryOnly);
        int received = 0;
        foreach (string name in names)
        {
            await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(50), name), new ShareSettings { QueryFirst = false });
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
            ImageShareResult result = await incoming.Completion.WaitAsync(SharePair.Patience);
            Assert.That(result.IsVerified, Is.True, $"{name}: {result.Message}");
            Assert.That(Path.GetDirectoryName(result.Stored!.Path), Is.EqualTo(pair.Inbox.FullName));
            received++;
        }

        Assert.That(pair.Inbox.GetFiles(), Has.Length.EqualTo(received));
        Assert.That(pair.Inbox.GetDirectories(), Is.Empty);
    }

    // Via, Contact, origin, connection, MSRP path.
    [GeneratedRegex("^(Via: SIP/2.0/\\w+ |Contact: |o=|c=|a=path:).*\r$", RegexOptions.Multiline)]
    private static partial Regex AddressLines();
}
