using System.Net.Sockets;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Sharing.Sessions;

/// <summary>Whether a client can be reached, and when it has ended, as an application asks it.</summary>
[TestFixture]
public sealed class ClientHealthTests
{
    private static readonly SipUri Alice = SipUri.Parse("sip:alice@ims.example");

    [Test]
    public async Task A_client_listens_until_it_is_disposed_of_and_then_it_has_ended()
    {
        ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = Alice, Network = new InMemoryNetwork() });
        ImageShareHealth running = client.Health;
        Assert.Multiple(() =>
        {
            Assert.That(running, Is.EqualTo(new ImageShareHealth { IsListeningForSip = true, IsListeningForMsrp = true }));
            Assert.That(running.IsHealthy, Is.True);
            Assert.That(client.Completion.IsCompleted, Is.False);
        });
        await client.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(client.Completion.IsCompletedSuccessfully, Is.True);
            Assert.That(client.Health, Is.EqualTo(new ImageShareHealth()));
            Assert.That(client.Health.IsHealthy, Is.False);
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_listener_that_the_system_closes_faults_the_client_and_running_shares_go_on(bool isSip)
    {
        var network = new DyingNetwork();
        var log = new CapturingLoggerFactory();
        await using SharePair pair = await SharePair.StartAsync(network, bob: o => o with { LoggerFactory = log, MsrpPort = 9876 });
        int port = isSip ? pair.Bob.Address.Port!.Value : 9876;
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        await incoming.Completion.WaitAsync(SharePair.Patience);
        network.Kill(port, isStream: true, failure: null);

        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => pair.Bob.Completion.WaitAsync(SharePair.Patience));
        ImageShareHealth health = pair.Bob.Health;
        Assert.Multiple(() =>
        {
            Assert.That(error!.Error, Is.EqualTo(ImageShareError.ListenerFailed));
            Assert.That(error.Message, Does.Contain(isSip ? "SIP/TCP" : "MSRP"));
            Assert.That((health.IsListeningForSip, health.IsListeningForMsrp, health.IsHealthy), Is.EqualTo((!isSip, isSip, false)));
            Assert.That(health.LastProblem!.Error, Is.EqualTo(ImageShareError.ListenerFailed));
            Assert.That(log.From(LogLevel.Error).Single(), Does.Contain("no longer listens"));
            Assert.That(incoming.Result!.IsCompleted, Is.True);
        });
        await pair.Bob.DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        Assert.That(pair.Bob.Completion.IsFaulted, Is.True, "what went wrong is not forgotten");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_logger_that_throws_does_not_hide_that_a_listener_has_failed(bool isSip)
    {
        var network = new DyingNetwork();
        ImageShareClient client = await ImageShareClient.StartAsync(
            new ImageShareOptions { Identity = Alice, Network = network, MsrpPort = 9876, LoggerFactory = new ThrowingLogger() });
        network.Kill(isSip ? client.Address.Port!.Value : 9876, isStream: true, failure: null);
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => client.Completion.WaitAsync(SharePair.Patience));
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.ListenerFailed));
        Assert.That(async () => await client.DisposeAsync().AsTask().WaitAsync(SharePair.Patience), Throws.Nothing);
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task A_socket_that_fails_again_and_again_is_given_up_after_a_hundred_times(bool isSip, bool isStream)
    {
        var network = new DyingNetwork();
        var clock = new ManualTimeProvider();
        await using ImageShareClient client = await ImageShareClient.StartAsync(
            new ImageShareOptions { Identity = Alice, Network = network, TimeProvider = clock, MsrpPort = 9876 });
        var failure = new SocketException((int)SocketError.NetworkDown);
        network.Kill(isSip ? client.Address.Port!.Value : 9876, isStream, failure);
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => clock.DriveAsync(client.Completion, stepSeconds: 0.1, mostSeconds: 60));
        Assert.That((error!.Error, error.InnerException), Is.EqualTo((ImageShareError.ListenerFailed, (Exception)failure)));
    }

    [Test]
    public async Task A_failed_share_is_the_last_problem_and_no_reason_to_be_unhealthy()
    {
        var clock = new ManualTimeProvider();
        await using ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = Alice, Network = new InMemoryNetwork(), TimeProvider = clock, Transport = SipTransportChoice.Tcp });
        ImageShareSession session = await client.ShareAsync(SipUri.Parse("sip:bob@127.0.0.1:9"), SharePair.Image(TestImage.Png(100)));
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        ImageShareHealth health = client.Health;
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
            Assert.That(health.LastProblem, Is.EqualTo(new ImageShareProblem { Time = clock.GetUtcNow(), Error = ImageShareError.PeerUnreachable, Message = result.Message! }));
            Assert.That(health.IsHealthy, Is.True);
        });
        Assert.That(() => client.Health.ActiveShares, Is.Zero.After(30_000, 5));
    }

    [Test]
    public async Task Active_shares_are_counted()
    {
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(100)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That((pair.Alice.Health.ActiveShares, pair.Bob.Health.ActiveShares), Is.EqualTo((1, 1)));
        await invitation.DeclineAsync();
        await outgoing.Completion.WaitAsync(SharePair.Patience);
        Assert.That(() => pair.Alice.Health.ActiveShares + pair.Bob.Health.ActiveShares, Is.Zero.After(30_000, 5));
        Assert.That(pair.Alice.Health.LastProblem, Is.Null, "a declined share is no problem");
    }

    [Test]
    public async Task A_client_that_is_to_be_registered_and_is_not_is_not_healthy()
    {
        await using ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Alice,
            Network = new InMemoryNetwork(),
            Transport = SipTransportChoice.Tcp,
            Credentials = new SipCredentials("alice", "secret"),
        });
        Assert.That(client.Health.Registration, Is.Null);
        Assert.That(() => client.RegisterAsync(new SipRegistrationOptions { Registrar = SipUri.Parse("sip:127.0.0.1:9") }), Throws.InstanceOf<ImageShareException>());
        Assert.Multiple(() =>
        {
            Assert.That(client.Health.Registration, Is.EqualTo(client.Registration));
            Assert.That(client.Health.IsHealthy, Is.False);
            Assert.That(client.Health.LastProblem!.Error, Is.EqualTo(client.Registration.Error));
            Assert.That(client.Registration.Error, Is.Not.EqualTo(ImageShareError.None));
        });
        await client.UnregisterAsync().WaitAsync(SharePair.Patience);
        Assert.That(client.Health.IsHealthy, Is.True, "it is not wanted any more");
    }

    [Test]
    public async Task A_client_without_an_identity_says_which_option_is_missing()
    {
        ImageShareException? noIdentity = await Assert.ThrowsAsync<ImageShareException>(() => ImageShareClient.StartAsync(new ImageShareOptions { Identity = null! }));
        ImageShareException? noProfile = await Assert.ThrowsAsync<ImageShareException>(() => ImageShareClient.StartAsync(new ImageShareOptions { Identity = Alice, Profile = null! }));
        Assert.Multiple(() =>
        {
            Assert.That((noIdentity!.Error, noProfile!.Error), Is.EqualTo((ImageShareError.InvalidValue, ImageShareError.InvalidValue)));
            Assert.That(noIdentity.Message, Does.StartWith("ImageShareOptions.Identity is not set"));
            Assert.That(noProfile.Message, Does.StartWith("ImageShareOptions.Profile is not set"));
        });
    }
}
