using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>A registration at a provider of kamailio over its lifetime: refused, refreshed, lost, found again, removed.</summary>
[TestFixture]
[Category("Interop")]
public sealed class ProviderRegistrationTests
{
    private static readonly ProviderSettings Registrar = new();
    private static readonly ProviderSettings Ims = new() { IsIms = true };

    [TestCase(false, false)]
    [TestCase(true, true)]
    [Category("REG-011")]
    [Category("AUTH-007")]
    public async Task A_wrong_password_is_said_in_words_and_tried_once(bool ims, bool sha256)
    {
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { IsIms = ims, UsesSha256 = sha256 });
        await using ImageShareClient alice = await StartAsync(provider, "alice", password: "open barley");
        ImageShareException? refused = await Assert.ThrowsAsync<ImageShareException>(() => alice.RegisterAsync().WaitAsync(ChildProcess.Patience));
        Assert.Multiple(() =>
        {
            Assert.That((refused!.Error, refused.SipStatus), Is.EqualTo((ImageShareError.AuthenticationFailed, 401)), provider.Log);
            Assert.That(refused!.Message, Does.Contain("check the user name"));
            Assert.That((alice.Registration.Status, alice.Registration.RetryAt), Is.EqualTo((SipRegistrationStatus.Refused, (DateTimeOffset?)null)));
            Assert.That(provider.Count("CHALLENGE REGISTER"), Is.EqualTo(2), provider.Log);
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("REG-011")]
    public async Task A_user_who_may_not_register_hears_so(bool ims)
    {
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { IsIms = ims });
        await using ImageShareClient barred = await StartAsync(provider, "barred");
        ImageShareException? refused = await Assert.ThrowsAsync<ImageShareException>(() => barred.RegisterAsync().WaitAsync(ChildProcess.Patience));
        Assert.That((refused!.Error, refused.SipStatus), Is.EqualTo((ImageShareError.AuthenticationFailed, 403)), provider.Log);
        Assert.That(refused.Message, Does.Contain("may not register here"));
    }

    [TestCase(60, 300, 3600, 300)]
    [TestCase(3600, 10, 120, 120)]
    [Category("REG-005")]
    public async Task What_the_registrar_insists_on_is_taken(int wanted, int least, int most, int granted)
    {
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { Expiry = (least, most) });
        await using ImageShareClient alice = await StartAsync(provider, "alice");
        SipRegistrationState state = await alice.RegisterAsync(new SipRegistrationOptions { Expiry = TimeSpan.FromSeconds(wanted) }).WaitAsync(ChildProcess.Patience);
        Assert.That(state.Bindings.Single().Expiry, Is.EqualTo(TimeSpan.FromSeconds(granted)), provider.Log);
        Assert.That(provider.Count("NOT SAVED alice"), Is.EqualTo(wanted < least ? 1 : 0), "a 423");
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("REG-006")]
    public async Task A_nonce_that_has_become_stale_costs_one_more_challenge(bool ims)
    {
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { IsIms = ims, NonceExpiry = 1 });
        await using ImageShareClient alice = await StartAsync(provider, "alice");
        await alice.RegisterAsync().WaitAsync(ChildProcess.Patience);

        // kamailio's clock is that of the machine: refreshed until the nonce is older than a second.
        const string Stale = "CHALLENGE REGISTER -4";
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        while (provider.Count(Stale) == 0)
        {
            await look.WaitForNextTickAsync(patience.Token);
            Assert.That((await alice.RegisterAsync().WaitAsync(ChildProcess.Patience)).IsRegistered, Is.True, provider.Log);
        }
    }

    [TestCase(false, "udp")]
    [TestCase(true, "tcp")]
    [Category("REG-004")]
    public async Task It_is_refreshed_in_time_and_removed_at_the_end(bool ims, string transport)
    {
        var time = new ManualTimeProvider();
        await using Provider provider = await Provider.StartAsync(new ProviderSettings { IsIms = ims });
        ImageShareClient alice = await StartAsync(provider, "alice", transport, time);
        await alice.RegisterAsync(new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(10) }).WaitAsync(ChildProcess.Patience);
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.That(provider.Count("SAVED alice"), Is.EqualTo(1), "half of the time, a tenth earlier at most");
        await time.DriveAsync(provider.UntilLoggedAsync("SAVED alice", 2), stepSeconds: 1);
        await alice.DisposeAsync();
        await provider.UntilLoggedAsync("SAVED alice", 3);

        await using ImageShareClient bob = await StartAsync(provider, "bob");
        await bob.RegisterAsync().WaitAsync(ChildProcess.Patience);
        ImageShareCapabilities gone = await bob.QueryCapabilitiesAsync(Provider.AddressOf("alice")).WaitAsync(ChildProcess.Patience);
        Assert.That(gone.SipStatus, Is.EqualTo(480), provider.Log);
    }

    [TestCase(false, false, "tcp")]
    [TestCase(false, true, "tls")]
    [TestCase(true, false, "tcp")]
    [TestCase(true, false, "tls")]
    [Category("REG-014")]
    public async Task After_a_restart_of_the_provider_the_clients_register_on_new_connections(bool ims, bool helpsNat, string transport)
    {
        var time = new ManualTimeProvider();
        ProviderSettings settings = (ims ? Ims : Registrar) with { HelpsNat = helpsNat };
        await using RegisteredPair pair = await RegisteredPair.StartAsync(settings, transport, transport, with: o => o with { TimeProvider = time });
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Bob.RegistrationChanged += (_, state) =>
        {
            if (state.Status == SipRegistrationStatus.Lost)
            {
                lost.TrySetResult();
            }
        };
        await pair.Provider.StopAsync();
        await lost.Task.WaitAsync(ChildProcess.Patience);

        Assert.That(pair.Bob.Registration.RetryAt - time.GetUtcNow(), Is.InRange(TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(60)), pair.Bob.Registration.Message);
        await pair.Provider.RunAsync();
        await time.DriveAsync(UntilRegisteredAsync(pair.Alice), stepSeconds: 1);
        await time.DriveAsync(UntilRegisteredAsync(pair.Bob), stepSeconds: 1);
        await pair.ShareAsync(pair.Alice);
        await pair.ShareAsync(pair.Bob);
    }

    [Test]
    [Category("REG-009")]
    public async Task A_registrar_that_is_gone_is_asked_until_it_is_back()
    {
        var time = new ManualTimeProvider();
        await using Provider provider = await Provider.StartAsync(Registrar);
        await using ImageShareClient alice = await StartAsync(provider, "alice", time: time);
        await alice.RegisterAsync(new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(4) }).WaitAsync(ChildProcess.Patience);
        await provider.StopAsync();
        await time.DriveAsync(UntilAsync(alice, state => state.IsRegistered && state.Message is not null), stepSeconds: 1);
        Assert.That(alice.Registration.RetryAt, Is.Not.Null, "the binding is still there, and the refresh is tried again");
        await time.DriveAsync(UntilAsync(alice, state => state.Status == SipRegistrationStatus.Lost), stepSeconds: 1);
        time.Advance(TimeSpan.FromMinutes(40));
        await provider.RunAsync();
        await time.DriveAsync(UntilRegisteredAsync(alice), stepSeconds: 5);
        await provider.UntilLoggedAsync("SAVED alice", times: 2);
    }

    private static Task<ImageShareClient> StartAsync(
        Provider provider, string user, string transport = "udp", TimeProvider? time = null, string password = Provider.Password) =>
        ImageShareClient.StartAsync(provider.For(
            new ImageShareOptions
            {
                Identity = Provider.AddressOf(user),
                Network = SystemNetwork.Instance,
                TimeProvider = time ?? TimeProvider.System,
                Limits = ImageShareLimits.Default with { QueryRetryDelays = [] },
            },
            transport,
            password));

    private static Task UntilRegisteredAsync(ImageShareClient client) => UntilAsync(client, static state => state.IsRegistered);

    private static Task UntilAsync(ImageShareClient client, Predicate<SipRegistrationState> isSo)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.RegistrationChanged += (_, state) =>
        {
            if (isSo(state))
            {
                reached.TrySetResult();
            }
        };
        if (isSo(client.Registration))
        {
            reached.TrySetResult();
        }

        return reached.Task;
    }
}
