using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>Two whole clients share images: everything between the application and the wire is real.</summary>
[TestFixture]
public sealed class ShareTests
{
    private static IEnumerable<TestCaseData> ProfilePairs() =>
        from sender in ImageShareProfile.All
        from receiver in ImageShareProfile.All
        select new TestCaseData(sender, receiver).SetArgDisplayNames(sender.Name, receiver.Name);

    [Test]
    public async Task An_image_arrives_over_real_sockets_verified_and_in_one_piece()
    {
        byte[] image = TestImage.Png(78169);
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance);
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(image);
        Assert.Multiple(() =>
        {
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
            Assert.That(sent.Sha1, Is.EqualTo(TestImage.Sha1(image)));
            Assert.That(received.IsCompleted, Is.True, received.Message);
            Assert.That(received.IsVerified, Is.True);
            Assert.That(received.BytesTransferred, Is.EqualTo(image.Length));
            Assert.That(received.Sha1, Is.EqualTo(TestImage.Sha1(image)));
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
            Assert.That(pair.Inbox.GetFiles(), Has.Length.EqualTo(1));
        });
    }

    [TestCase(1)]
    [TestCase(2047)]
    [TestCase(2048)]
    [TestCase(2049)]
    [TestCase(3_000_000)]
    [Category("FT-017")]
    [Category("MSRP-013")]
    public async Task Images_of_every_size_arrive_as_one_message_cut_into_chunks(int length)
    {
        byte[] image = TestImage.Png(length);
        await using SharePair pair = await SharePair.StartAsync();
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(image);
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(received.IsCompleted, Is.True, received.Message);
        Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
        ImageShareTraceEvent[] chunks = [.. pair.Sent.Where(m => m.Protocol.StartsWith("MSRP", StringComparison.Ordinal) && m.StartLine.EndsWith(" SEND", StringComparison.Ordinal) && m.BodyLength > 0)];
        Assert.That(chunks.Sum(c => (long)c.BodyLength), Is.EqualTo(length));
        Assert.That(chunks, Has.Length.EqualTo((length + 2047) / 2048));
    }

    [TestCaseSource(nameof(ProfilePairs))]
    public async Task Every_dialect_shares_with_every_other(ImageShareProfile sender, ImageShareProfile receiver)
    {
        byte[] image = TestImage.Png(30_000);
        var icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(700, seed: 1));
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Profile = sender }, bob: o => o with { Profile = receiver });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(image), new ShareSettings { Icon = icon, QueryFirst = receiver.FeatureTags is not FeatureTagForms.None });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.Multiple(() =>
        {
            Assert.That(invitation.Image.Name, Is.EqualTo("cat.png"));
            Assert.That(invitation.Image.Sha1, Is.EqualTo(TestImage.Sha1(image)));
            Assert.That(invitation.Icon?.Content.ToArray(), Is.EqualTo(sender.Icon is IconForm.None ? null : icon.Content.ToArray()));
        });
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(received.IsVerified, Is.True, received.Message);
    }

    [Test]
    [Category("IS-018")]
    [Category("DLG-016")]
    public async Task The_four_steps_follow_each_other_and_the_sender_says_BYE()
    {
        await using SharePair pair = await SharePair.StartAsync();
        List<ImageShareState> states = [];
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        outgoing.StateChanged += (_, state) => states.Add(state);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(
                states.SkipWhile(s => s != ImageShareState.Ringing),
                Is.EqualTo(new[] { ImageShareState.Ringing, ImageShareState.Connecting, ImageShareState.Transferring, ImageShareState.Terminating, ImageShareState.Completed }));
            Assert.That(
                pair.SipSent().Where(l => !l.Contains(" 100 ", StringComparison.Ordinal)).Select(l => l.Split(' ')[l.StartsWith("SIP", StringComparison.Ordinal) ? 1 : 0]),
                Is.EqualTo(new[] { "OPTIONS", "200", "INVITE", "180", "200", "ACK", "BYE", "200" }));
        });
    }

    [Test]
    [Category("IS-019")]
    public async Task The_next_image_is_a_new_session()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await pair.ShareAsync(TestImage.Png(3000));
        await pair.ShareAsync(TestImage.Png(4000));
        string[] callIds = [.. pair.Sent.Where(m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(m => Read(m).Headers.CallId!)];
        Assert.Multiple(() =>
        {
            Assert.That(callIds.Distinct().Count(), Is.EqualTo(2));
            Assert.That(pair.Inbox.GetFiles().Select(f => f.Length).Order(), Is.EqualTo(new[] { 3000, 4000 }), "the second image of the same name does not replace the first");
        });
    }

    [Test]
    [Category("IS-006")]
    [Category("IS-007")]
    public async Task Invitation_and_acceptance_carry_the_service_tags()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await pair.ShareAsync(TestImage.Png(3000));
        SipHeaders invite = Read(pair.FirstSent("INVITE")).Headers;
        SipHeaders accepted = pair.Sent.Where(m => m.StartLine == "SIP/2.0 200 OK").Select(Read).First(m => m.Headers.CSeq!.Method == SipMethod.Invite).Headers;
        Assert.Multiple(() =>
        {
            Assert.That(invite.GetString("Contact"), Does.Contain("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"").And.Contain("+g.3gpp.app_ref="));
            Assert.That(invite.GetString("Contact"), Does.Not.Contain("explicit"));
            Assert.That(invite.GetStrings("Accept-Contact").Single(), Is.EqualTo("*;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\";explicit"));
            Assert.That(accepted.GetString("Contact"), Does.Contain("+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\""));
        });
    }

    [Test]
    [Category("IS-006")]
    [Category("IS-007")]
    public async Task In_the_profile_of_a_voice_call_its_tag_stands_beside_that_of_the_service()
    {
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { Profile = ImageShareProfile.RcsE }, bob: o => o with { Profile = ImageShareProfile.RcsE });
        await pair.ShareAsync(TestImage.Png(3000));
        SipHeaders invite = Read(pair.FirstSent("INVITE")).Headers;
        SipHeaders accepted = pair.Sent.Where(m => m.StartLine == "SIP/2.0 200 OK").Select(Read).First(m => m.Headers.CSeq!.Method == SipMethod.Invite).Headers;
        Assert.Multiple(() =>
        {
            foreach (string contact in (string[])[invite.GetString("Contact")!, accepted.GetString("Contact")!])
            {
                Assert.That(contact, Does.Contain(";+g.3gpp.cs-voice").And.Contain("%3A3gpp-application.ims.iari.gsma-is\""));
            }

            Assert.That(
                invite.AcceptContacts.Any(a => a.Explicit && a.ToString().Contains("+g.3gpp.cs-voice", StringComparison.Ordinal) && a.Features.HasImageShare), Is.True);
            Assert.That(invite.AcceptContacts.Any(a => a.Require), Is.False);
        });
    }

    [Test]
    [Category("SIPT-002")]
    public async Task An_invitation_with_an_icon_goes_over_TCP_and_one_without_over_UDP()
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Profile = ImageShareProfile.Ir79 });
        await pair.ShareAsync(TestImage.Png(3000));
        ImageShareTraceEvent small = pair.FirstSent("INVITE");
        await using SharePair second = await SharePair.StartAsync();
        await second.ShareAsync(TestImage.Png(3000), new ShareSettings { Icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(2000)) });
        ImageShareTraceEvent large = second.FirstSent("INVITE");
        Assert.Multiple(() =>
        {
            Assert.That(small.Bytes.Length, Is.LessThanOrEqualTo(1300));
            Assert.That(small.Protocol, Is.EqualTo("SIP/UDP"));
            Assert.That(large.Bytes.Length, Is.GreaterThan(1300));
            Assert.That(large.Protocol, Is.EqualTo("SIP/TCP"));
            Assert.That(Read(large).Headers.TopVia!.Transport, Is.EqualTo("TCP"));
        });
    }

    [Test]
    [Category("FT-010")]
    [Category("MSRP-025")]
    public async Task Transfer_ids_and_MSRP_sessions_are_fresh_for_each_image()
    {
        await using SharePair pair = await SharePair.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await pair.ShareAsync(TestImage.Png(100));
        }

        string[] offers = [.. pair.Sent.Where(m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(m => System.Text.Encoding.UTF8.GetString(m.Bytes.Span))];
        string[] ids = [.. offers.Select(o => Line(o, "a=file-transfer-id:"))];
        string[] paths = [.. offers.Select(o => Line(o, "a=path:"))];
        Assert.Multiple(() =>
        {
            Assert.That(ids.Distinct().Count(), Is.EqualTo(3));
            Assert.That(ids, Has.All.Matches("^[A-Za-z0-9]{32}$"));
            Assert.That(paths.Distinct().Count(), Is.EqualTo(3));
        });
    }

    [Test]
    public async Task Progress_ends_with_the_whole_image_on_both_sides()
    {
        byte[] image = TestImage.Png(1_000_000);
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(image));
        List<long> sent = [], received = [];
        outgoing.ProgressChanged += (_, progress) => sent.Add(progress.Bytes);
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        incoming.ProgressChanged += (_, progress) => received.Add(progress.Bytes);
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent, Is.Ordered.And.Not.Empty);
            Assert.That(sent[^1], Is.EqualTo(image.Length));
            Assert.That(sent, Has.Count.LessThanOrEqualTo(17));
            Assert.That(incoming.Progress.Bytes, Is.EqualTo(image.Length));
        });
    }

    [Test]
    public async Task Both_address_families_work()
    {
        if (!System.Net.Sockets.Socket.OSSupportsIPv6 || !HasIPv6Loopback())
        {
            Assert.Ignore("This machine has no IPv6 loopback address.");
        }

        byte[] image = TestImage.Png(10_000);
        static ImageShareOptions OnIPv6(ImageShareOptions options) => options with { LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0) };
        await using SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance, OnIPv6, OnIPv6);
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(image);
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(received.IsVerified, Is.True, received.Message);
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static SipMessage Read(ImageShareTraceEvent traced)
    {
        Assert.That(SipReader.TryReadDatagram(traced.Bytes.ToArray(), null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return message!;
    }

    private static string Line(string text, string begin) => text.Split("\r\n").First(l => l.StartsWith(begin, StringComparison.Ordinal))[begin.Length..];
}
