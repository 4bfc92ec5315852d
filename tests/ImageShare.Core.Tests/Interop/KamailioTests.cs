using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Interop;

/// <summary>Whole shares with kamailio as the outbound proxy that stays on the route. The clients never exchange a SIP message directly.</summary>
[TestFixture]
[Category("Interop")]
public sealed class KamailioTests
{
    [TestCase(SipTransportChoice.Udp, "udp", false)]
    [TestCase(SipTransportChoice.Tcp, "tcp", false)]
    [TestCase(SipTransportChoice.Tcp, "udp", false)]
    [TestCase(SipTransportChoice.Udp, "tcp", false)]
    [TestCase(SipTransportChoice.BySize, "udp", true)]
    [TestCase(SipTransportChoice.BySize, "tcp", true)]
    [Category("DLG-003")]
    [Category("DLG-010")]
    public async Task A_share_passes_the_proxy_and_stays_on_its_route(SipTransportChoice transport, string toBob, bool withIcon)
    {
        Tool.Kamailio.Require();
        int port = LoopbackPorts.Free();
        byte[] image = TestImage.Png(78169);
        await using SharePair pair = await StartAsync(port, o => o with { Transport = transport });
        await using Kamailio proxy = await StartProxyAsync(port, pair, toBob);

        ImageIcon? icon = withIcon ? new ImageIcon(new MediaType("image", "png"), TestImage.Png(2000, seed: 1)) : null;
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(image), new ShareSettings { Icon = icon });
        ImageShareInvitation invitation = await InvitationAsync(pair, outgoing, proxy);
        Assert.That(invitation.Icon?.Content.ToArray(), Is.EqualTo(icon?.Content.ToArray()));
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);

        Assert.Multiple(() =>
        {
            Assert.That(sent.IsCompleted, Is.True, () => $"{sent.Message}\n{proxy.Log}");
            Assert.That(received.IsVerified, Is.True, () => $"{received.Message}\n{proxy.Log}");
            Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
            AssertStayedOnRoute(pair, proxy);
        });
        string protocol = transport is SipTransportChoice.Udp ? "SIP/UDP" : "SIP/TCP";
        string[] session = [.. Sip(pair).Where(m => IsOne(m, "INVITE", "ACK", "BYE")).Select(m => $"{m.Protocol} {m.StartLine[..3]}").Distinct()];
        Assert.That(session, Is.EqualTo([$"{protocol} INV", $"{protocol} ACK", $"{protocol} BYE"]));
    }

    [Test]
    [Category("DLG-003")]
    public async Task The_called_side_ends_the_share_along_the_route()
    {
        Tool.Kamailio.Require();
        int port = LoopbackPorts.Free();
        await using SharePair pair = await StartAsync(port, o => o with { Transport = SipTransportChoice.Tcp });
        await using Kamailio proxy = await StartProxyAsync(port, pair, "udp");
        var slowly = new ShareSettings { MaxBytesPerSecond = 20_000 };
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(2_000_000)), slowly);
        ImageShareInvitation invitation = await InvitationAsync(pair, outgoing, proxy);
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        var moving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        incoming.ProgressChanged += (_, _) => moving.TrySetResult();
        await moving.Task.WaitAsync(ChildProcess.Patience);
        ImageShareResult received = await incoming.CancelAsync().WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.State, Is.EqualTo(ImageShareState.Cancelled), received.Message);
            Assert.That((sent.State, sent.Error), Is.EqualTo((ImageShareState.Cancelled, ImageShareError.Cancelled)), () => $"{sent.Message}\n{proxy.Log}");
            Assert.That(Sip(pair).Count(m => IsOne(m, "BYE")), Is.Positive, proxy.Log);
            AssertStayedOnRoute(pair, proxy);
        });
    }

    [Test]
    [Category("DLG-013")]
    public async Task A_cancelled_invitation_is_cancelled_through_the_proxy()
    {
        Tool.Kamailio.Require();
        int port = LoopbackPorts.Free();
        await using SharePair pair = await StartAsync(port, o => o with { Transport = SipTransportChoice.Udp });
        await using Kamailio proxy = await StartProxyAsync(port, pair, "udp");
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(1000)));
        ImageShareInvitation invitation = await InvitationAsync(pair, outgoing, proxy);
        ImageShareResult sent = await outgoing.CancelAsync().WaitAsync(ChildProcess.Patience);
        var withdrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = invitation.Withdrawn.Register(withdrawn.SetResult);
        await withdrawn.Task.WaitAsync(ChildProcess.Patience);
        Assert.That(sent.State, Is.EqualTo(ImageShareState.Cancelled), () => $"{sent.Message}\n{proxy.Log}");
        AssertStayedOnRoute(pair, proxy);
    }

    [TestCase(SipTransportChoice.Udp)]
    [TestCase(SipTransportChoice.Tcp)]
    [Category("AUTH-001")]
    [Category("AUTH-002")]
    [Category("AUTH-003")]
    [Category("AUTH-008")]
    public async Task A_challenge_is_answered_and_the_share_completes(SipTransportChoice transport)
    {
        Tool.Kamailio.Require();
        int port = LoopbackPorts.Free();
        await using SharePair pair = await StartAsync(port, o => o with { Transport = transport, Credentials = new SipCredentials("alice@ims.example", "open sesame") });
        await using Kamailio proxy = await StartProxyAsync(port, pair, "udp", "open sesame");
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await InvitationAsync(pair, outgoing, proxy);
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.IsCompleted, Is.True, () => $"{sent.Message}\n{proxy.Log}");
            Assert.That(received.IsVerified, Is.True, () => $"{received.Message}\n{proxy.Log}");
            Assert.That(proxy.Log, Does.Contain("CHALLENGE OPTIONS").And.Not.Contain("CHALLENGE INVITE").And.Not.Contain("CHALLENGE BYE"));
            Assert.That(Sip(pair).Where(m => IsOne(m, "ACK", "BYE")).Select(Text), Is.Not.Empty.And.All.Contain("Proxy-Authorization: Digest "));
            AssertStayedOnRoute(pair, proxy);
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("AUTH-007")]
    public async Task A_wrong_password_ends_in_words_not_in_a_loop(bool queryFirst)
    {
        Tool.Kamailio.Require();
        int port = LoopbackPorts.Free();
        await using SharePair pair = await StartAsync(port, o => o with { Credentials = new SipCredentials("alice@ims.example", "open barley") });
        await using Kamailio proxy = await StartProxyAsync(port, pair, "udp", "open sesame");
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(5000)), new ShareSettings { QueryFirst = queryFirst });
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That((sent.State, sent.Error, sent.SipStatus), Is.EqualTo((ImageShareState.Failed, ImageShareError.AuthenticationFailed, 407)), () => $"{sent.Message}\n{proxy.Log}");

        // Copies over UDP are the same to the octet.
        Assert.That(Sip(pair).Where(m => IsOne(m, "INVITE", "OPTIONS")).Select(Text).Distinct().Count(), Is.EqualTo(2), proxy.Log);
    }

    private static Task<SharePair> StartAsync(int proxy, Func<ImageShareOptions, ImageShareOptions> alice)
    {
        SipUri route = SipUri.Parse($"sip:127.0.0.1:{proxy};lr");
        return SharePair.StartAsync(SystemNetwork.Instance, o => alice(o with { Route = [route] }), o => o with { Route = [route] });
    }

    private static Task<Kamailio> StartProxyAsync(int port, SharePair pair, string toBob, string? password = null) =>
        Kamailio.StartAsync(port, (pair.Alice.Address.Port!.Value, "udp"), (pair.Bob.Address.Port!.Value, toBob), password);

    /// <summary>The invitation, or why there is none.</summary>
    private static async Task<ImageShareInvitation> InvitationAsync(SharePair pair, ImageShareSession outgoing, Kamailio proxy)
    {
        Task<ImageShareInvitation> invitation = pair.NextInvitationAsync();
        Task first = await Task.WhenAny(invitation, outgoing.Completion).WaitAsync(ChildProcess.Patience);
        Assert.That(first, Is.SameAs(invitation), () => $"{outgoing.Completion.Result.Message}\n{proxy.Log}");
        return await invitation;
    }

    // Every SIP message of either side went to the proxy and to nobody else; what belongs to the dialog says so in its Route.
    private static void AssertStayedOnRoute(SharePair pair, Kamailio proxy)
    {
        ImageShareTraceEvent[] all = Sip(pair);
        Assert.That(all.Select(m => m.Remote.Port).Distinct(), Is.EqualTo([proxy.Port]), proxy.Log);
        Assert.That(all.Where(m => IsOne(m, "ACK sip:bob@127", "BYE")).Select(Text), Is.All.Match($"(?m)^Route: .*<sip:127\\.0\\.0\\.1:{proxy.Port};"));
        Assert.That(proxy.Log, Does.Not.Contain("OFF THE ROUTE"));
    }

    private static ImageShareTraceEvent[] Sip(SharePair pair)
    {
        lock (pair.Sent)
        {
            return [.. pair.Sent.Where(m => m.Protocol.StartsWith("SIP", StringComparison.Ordinal))];
        }
    }

    private static bool IsOne(ImageShareTraceEvent message, params ReadOnlySpan<string> methods)
    {
        foreach (string method in methods)
        {
            if (message.StartLine.StartsWith(method, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(ImageShareTraceEvent message) => Encoding.UTF8.GetString(message.Bytes.Span);
}
