using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Interop;

/// <summary>Whole shares through kamailio with TLS on one side of it and UDP or TCP on the other.</summary>
[TestFixture]
[Category("Interop")]
public sealed class KamailioTlsTests
{
    private static readonly TlsOptions ClientOnly = new() { TrustedRoots = [TestCertificates.Authority] };

    [TestCase("udp", false)]
    [TestCase("udp", true)]
    [TestCase("tcp", false)]
    [TestCase("tcp", true)]
    [Category("SIPT-010")]
    public async Task A_share_goes_in_by_TLS_and_out_by_another_transport(string toBob, bool aliceListens)
    {
        Tool.RequireKamailioTls();
        await using Setup setup = await Setup.StartAsync(secureAlice: true, secureBob: false, aliceListens, toBob);
        await setup.ShareAsync(TestImage.Png(50_000));
        AssertTransports(setup, "alice", "SIP/TLS");
        AssertTransports(setup, "bob", toBob == "udp" ? "SIP/UDP" : "SIP/TCP");
    }

    [TestCase(true)]
    [Category("SIPT-010")]
    public async Task A_share_goes_in_by_UDP_and_out_by_TLS(bool bobListens)
    {
        Tool.RequireKamailioTls();
        await using Setup setup = await Setup.StartAsync(secureAlice: false, secureBob: true, bobListens, "tls");
        await setup.ShareAsync(TestImage.Png(50_000));
        AssertTransports(setup, "alice", "SIP/UDP");
        AssertTransports(setup, "bob", "SIP/TLS");
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("SIPT-010")]
    [Category("DLG-003")]
    public async Task The_called_side_ends_the_share_back_into_TLS(bool aliceListens)
    {
        Tool.RequireKamailioTls();
        await using Setup setup = await Setup.StartAsync(secureAlice: true, secureBob: false, aliceListens, "udp");
        var slowly = new ShareSettings { MaxBytesPerSecond = 20_000 };
        await using ImageShareSession outgoing = await setup.Pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(2_000_000)), slowly);
        ImageShareInvitation invitation = await setup.InvitationAsync(outgoing);
        await using ImageShareSession incoming = await invitation.AcceptAsync(setup.Pair.Store);
        var moving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        incoming.ProgressChanged += (_, _) => moving.TrySetResult();
        await moving.Task.WaitAsync(ChildProcess.Patience);
        ImageShareResult received = await incoming.CancelAsync().WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.State, Is.EqualTo(ImageShareState.Cancelled), received.Message);
            Assert.That(sent.State, Is.Not.EqualTo(ImageShareState.Completed));
            Assert.That(setup.Proxy.Log, Does.Contain("RELAY BYE to sip:alice@127.0.0.1:"), "on its way back to Alice");
        });
        AssertTransports(setup, "alice", "SIP/TLS");
    }

    [Test]
    [Category("SIPT-010")]
    public async Task A_proxy_nobody_vouches_for_gets_nothing()
    {
        Tool.RequireKamailioTls();
        await using Setup setup = await Setup.StartAsync(secureAlice: true, secureBob: false, false, "udp", TlsOptions.Default);
        await using ImageShareSession outgoing = await setup.Pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(TestImage.Png(500)));
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That(sent.Error, Is.EqualTo(ImageShareError.CertificateNotTrusted), () => $"{sent.Message}\n{setup.Proxy.Log}");
        Assert.That(setup.Proxy.Log, Does.Not.Contain("GOT "));
    }

    // What one of the two sent, named in From or, for responses, by the transport alone.
    private static void AssertTransports(Setup setup, string user, string protocol)
    {
        lock (setup.Pair.Sent)
        {
            string[] seen =
            [
                .. setup.Pair.Sent.Where(m => m.Protocol.StartsWith("SIP", StringComparison.Ordinal) && IsRequestOf(m, user)).Select(m => m.Protocol).Distinct(),
            ];
            Assert.That(seen.All(p => p == protocol), Is.True, () => $"{user}: {string.Join(", ", seen)}\n{setup.Proxy.Log}");
            Assert.That(
                setup.Pair.Sent.Select(m => m.Protocol).Where(p => p.StartsWith("SIP", StringComparison.Ordinal)), Has.Some.EqualTo(protocol));
        }
    }

    private static bool IsRequestOf(ImageShareTraceEvent message, string user) =>
        !message.StartLine.StartsWith("SIP/2.0", StringComparison.Ordinal)
        && Encoding.UTF8.GetString(message.Bytes.Span).Contains($"<sip:{user}@ims.example>;tag=", StringComparison.Ordinal)
        && Encoding.UTF8.GetString(message.Bytes.Span).Split("\r\n").Any(l => l.StartsWith("From:", StringComparison.Ordinal) && l.Contains($"sip:{user}@", StringComparison.Ordinal));

    /// <summary>Two clients and the proxy between them.</summary>
    private sealed class Setup(SharePair pair, Kamailio proxy) : IAsyncDisposable
    {
        public SharePair Pair => pair;

        public Kamailio Proxy => proxy;

        public static async Task<Setup> StartAsync(bool secureAlice, bool secureBob, bool listens, string toBob, TlsOptions? tls = null)
        {
            int port = LoopbackPorts.Free();
            int tlsPort = LoopbackPorts.Free();
            tls ??= listens ? ClientOnly with { Certificate = TestCertificates.Loopback } : ClientOnly;
            ImageShareOptions Options(ImageShareOptions options, bool isSecure) => options with
            {
                SipTls = tls,
                Transport = isSecure ? SipTransportChoice.Tls : toBob == "tcp" ? SipTransportChoice.Tcp : SipTransportChoice.Udp,
                Route = [SipUri.Parse(isSecure ? $"sip:127.0.0.1:{tlsPort};transport=tls;lr" : $"sip:127.0.0.1:{port};lr")],
            };
            SharePair pair = await SharePair.StartAsync(SystemNetwork.Instance, o => Options(o, secureAlice), o => Options(o, secureBob));
            Kamailio proxy = await Kamailio.StartAsync(
                port, (pair.Alice.Address.Port!.Value, secureAlice ? "tls" : "udp"), (pair.Bob.Address.Port!.Value, toBob), tlsPort: tlsPort);
            return new Setup(pair, proxy);
        }

        public async Task ShareAsync(byte[] image)
        {
            await using ImageShareSession outgoing = await Pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(image));
            ImageShareInvitation invitation = await InvitationAsync(outgoing);
            await using ImageShareSession incoming = await invitation.AcceptAsync(Pair.Store);
            ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
            ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
            Assert.Multiple(() =>
            {
                Assert.That(sent.IsCompleted, Is.True, () => $"{sent.Message}\n{Proxy.Log}");
                Assert.That(received.IsVerified, Is.True, () => $"{received.Message}\n{Proxy.Log}");
                Assert.That(File.ReadAllBytes(received.Stored!.Path!), Is.EqualTo(image));
                Assert.That(Proxy.Log, Does.Contain("RELAY BYE").And.Not.Contain("OFF THE ROUTE"));
            });
        }

        public async Task<ImageShareInvitation> InvitationAsync(ImageShareSession outgoing)
        {
            Task<ImageShareInvitation> invitation = Pair.NextInvitationAsync();
            Task first = await Task.WhenAny(invitation, outgoing.Completion).WaitAsync(ChildProcess.Patience);
            Assert.That(first, Is.SameAs(invitation), () => $"{outgoing.Completion.Result.Message}\n{Proxy.Log}");
            return await invitation;
        }

        public async ValueTask DisposeAsync()
        {
            await Pair.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
