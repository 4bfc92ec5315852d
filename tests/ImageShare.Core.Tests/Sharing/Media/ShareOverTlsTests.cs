using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>Whole shares with SIP over TLS.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable]
public sealed class ShareOverTlsTests(bool loopback)
{
    private static readonly TlsOptions Server = new() { Certificate = TestCertificates.Loopback, TrustedRoots = [TestCertificates.Authority] };
    private static readonly TlsOptions ClientOnly = new() { TrustedRoots = [TestCertificates.Authority] };

    [TestCase("sips:bob@{host}", true, "sips:")]
    [TestCase("sips:bob@{host}", false, "sips:")]
    [TestCase("sip:bob@{host};transport=tls", true, "sip:")]
    [TestCase("sip:bob@{host};transport=tls", false, "sip:")]
    [Category("SIPT-010")]
    public async Task A_share_never_leaves_TLS(string target, bool aliceListens, string contact)
    {
        await using SharePair pair = await StartAsync(aliceListens);
        byte[] image = TestImage.Png(50_000);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(Target(pair, target), SharePair.Image(image));
        ImageShareInvitation invitation = await InvitationAsync(pair, outgoing);
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        ImageShareTraceEvent[] sip = Sip(pair);
        Assert.Multiple(() =>
        {
            Assert.That(sip.Select(m => m.Protocol).Distinct(), Is.EqualTo(["SIP/TLS"]));
            Assert.That(sip.Select(m => m.StartLine[..3]).Distinct(), Is.SupersetOf((string[])["OPT", "INV", "ACK", "BYE"]));
            Assert.That(sip.Select(Text), Is.All.Contains("Via: SIP/2.0/TLS "));
            Assert.That(sip.Where(m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)).Select(Text), Is.All.Match($"(?m)^Contact: <{contact}alice@"));
            Assert.That(
                sip.Select(Text).Where(t => t.StartsWith("SIP/2.0 200", StringComparison.Ordinal) && t.Contains("INVITE", StringComparison.Ordinal)),
                Is.Not.Empty.And.All.Match($"(?m)^Contact: <{contact}bob@"));
            Assert.That(sip.Where(m => m.StartLine.StartsWith("BYE", StringComparison.Ordinal)).Select(m => m.StartLine), Is.All.StartsWith("BYE " + contact));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("SIPT-010")]
    public async Task The_called_side_ends_the_share_over_TLS_too(bool aliceListens)
    {
        await using SharePair pair = await StartAsync(aliceListens);
        var slowly = new ShareSettings { MaxBytesPerSecond = 20_000 };
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(Target(pair, "sips:bob@{host}"), SharePair.Image(TestImage.Png(2_000_000)), slowly);
        ImageShareInvitation invitation = await InvitationAsync(pair, outgoing);
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        var moving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        incoming.ProgressChanged += (_, _) => moving.TrySetResult();
        await moving.Task.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.CancelAsync().WaitAsync(SharePair.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareTraceEvent[] sip = Sip(pair);
        Assert.Multiple(() =>
        {
            Assert.That(received.State, Is.EqualTo(ImageShareState.Cancelled), received.Message);
            Assert.That(sent.State, Is.Not.EqualTo(ImageShareState.Completed));
            Assert.That(sip.Select(m => m.StartLine), Has.Some.StartsWith("BYE sips:alice@"));
            Assert.That(sip.Select(m => m.Protocol).Distinct(), Is.EqualTo(["SIP/TLS"]));
        });
    }

    [Test]
    [Category("SIPT-010")]
    public async Task A_server_nobody_vouches_for_gets_no_invitation()
    {
        await using SharePair pair = await StartAsync(true, o => o with { SipTls = TlsOptions.Default });
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(Target(pair, "sips:bob@{host}"), SharePair.Image(TestImage.Png(500)));
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That((sent.State, sent.Error), Is.EqualTo((ImageShareState.Failed, ImageShareError.CertificateNotTrusted)), sent.Message);
        Assert.That(sent.Message, Does.Contain("trusted roots"));
    }

    [Test]
    [Category("SIPT-010")]
    public async Task A_sips_target_asks_for_TLS_from_a_route_that_does_not()
    {
        await using SharePair pair = await StartAsync(true);
        SipUri route = Target(pair, "sip:{host};lr");
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:carol@ims.example"),
            Network = pair.Network,
            SipTls = ClientOnly,
            Route = [route],
            Transport = SipTransportChoice.Udp,
        });

        // Over UDP or TCP nobody would answer at the TLS port.
        ImageShareCapabilities peer = await carol.QueryCapabilitiesAsync(SipUri.Parse("sips:bob@ims.example")).WaitAsync(SharePair.Patience);
        Assert.That(peer.CanShareImages, Is.True);
    }

    private async Task<SharePair> StartAsync(bool aliceListens, Func<ImageShareOptions, ImageShareOptions>? alice = null) => await SharePair.StartAsync(
        loopback ? SystemNetwork.Instance : new InMemoryNetwork(),
        o => (alice ?? (static o => o))(o with { SipTls = aliceListens ? Server : ClientOnly }),
        o => o with { SipTls = Server, Transport = SipTransportChoice.Tls });

    private static SipUri Target(SharePair pair, string uri) =>
        SipUri.Parse(uri.Replace("{host}", $"{pair.Bob.Address.Host}:{pair.Bob.Address.Port}", StringComparison.Ordinal));

    private static async Task<ImageShareInvitation> InvitationAsync(SharePair pair, ImageShareSession outgoing)
    {
        Task<ImageShareInvitation> invitation = pair.NextInvitationAsync();
        Task first = await Task.WhenAny(invitation, outgoing.Completion).WaitAsync(SharePair.Patience);
        Assert.That(first, Is.SameAs(invitation), () => outgoing.Completion.Result.Message ?? "no message");
        return await invitation;
    }

    private static ImageShareTraceEvent[] Sip(SharePair pair)
    {
        lock (pair.Sent)
        {
            return [.. pair.Sent.Where(m => m.Protocol.StartsWith("SIP", StringComparison.Ordinal))];
        }
    }

    private static string Text(ImageShareTraceEvent message) => Encoding.UTF8.GetString(message.Bytes.Span);
}
