using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core.Tests.Sharing.Registration;

/// <summary>Clients and a registrar with its proxy, on a network in memory.</summary>
[TestFixture]
public sealed class RegistrationTests
{
    private readonly InMemoryNetwork _network = new();

    private static readonly SipCredentials Secret = new("alice@ims.example", "secret");

    private Task<ImageShareClient> StartAsync(TestRegistrar registrar, string user = "alice", Func<ImageShareOptions, ImageShareOptions>? with = null, string? transport = null)
    {
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse($"sip:{user}@ims.example"),
            Network = _network,
            Credentials = Secret,
            Route = [registrar.Proxy(transport)],
            Registration = new SipRegistrationOptions(),
        };
        return ImageShareClient.StartAsync(with is null ? options : with(options));
    }

    private static Task<T> Within<T>(Task<T> task) => task.WaitAsync(SharePair.Patience);

    [Test]
    [Category("REG-001")]
    [Category("REG-017")]
    public async Task A_client_registers_by_itself_and_removes_its_binding_at_the_end()
    {
        await using var registrar = new TestRegistrar(_network);
        ImageShareClient alice = await StartAsync(registrar, with: o => o with { DisplayName = "Alice", Profile = ImageShareProfile.Ir79 });
        SipRegistrationState state = await Within(alice.RegisterAsync());
        SipRequest register = registrar.Registers[0];
        Assert.Multiple(() =>
        {
            Assert.That((state.Status, state.BindingCount, state.Bindings[0].IsOwn), Is.EqualTo((SipRegistrationStatus.Registered, 1, true)));
            Assert.That(state.Bindings[0].Uri.Equals(alice.Address), Is.True);
            Assert.That(register.RequestUri.ToString(), Is.EqualTo("sip:ims.example"));
            Assert.That(register.Headers.From!.Uri.ToString(), Is.EqualTo("sip:alice@ims.example"));
            Assert.That(register.Headers.To!.ToString(), Is.EqualTo("\"Alice\" <sip:alice@ims.example>"));
            Assert.That(register.Headers.Supported, Is.EqualTo(new[] { "path" }));
            Assert.That(register.Headers.Contacts.Single().ToString(), Does.Contain("""+g.3gpp.app_ref="urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is";"""));
            Assert.That(register.Headers.Contacts.Single().ToString(), Does.Match("""\+sip.instance="<urn:uuid:[0-9a-f-]{36}>";expires=3600$"""));
            Assert.That(registrar.BindingsOf("alice"), Is.EqualTo(new[] { alice.Address }));
        });

        await alice.DisposeAsync();
        SipRequest[] all = registrar.Registers;
        Assert.Multiple(() =>
        {
            Assert.That(registrar.BindingsOf("alice"), Is.Empty);
            Assert.That(all[^1].Headers.GetString("Expires"), Is.EqualTo("0"));
            Assert.That(all.Select(r => r.Headers.CallId).Distinct().Count(), Is.EqualTo(1));
            Assert.That(all.Select(r => r.Headers.CSeq!.Number), Is.EqualTo(Enumerable.Range(1, all.Length)));
        });
    }

    [TestCase("MD5")]
    [TestCase("SHA-256")]
    [Category("REG-006")]
    public async Task A_challenge_is_answered_and_the_refresh_has_credentials_at_once(string algorithm)
    {
        await using var registrar = new TestRegistrar(_network) { Password = "secret", Algorithm = algorithm };
        await using ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        Assert.That(registrar.Registers, Has.Length.EqualTo(2));
        await Within(alice.RegisterAsync());
        Assert.That(registrar.Registers, Has.Length.EqualTo(3));
        registrar.Nonce = "n2";
        await Within(alice.RegisterAsync());
        Assert.That(registrar.Registers, Has.Length.EqualTo(5), "a stale nonce costs one more");
    }

    [Test]
    [Category("REG-006")]
    [Category("REG-011")]
    public async Task A_wrong_password_is_said_and_not_tried_again()
    {
        await using var registrar = new TestRegistrar(_network) { Password = "other" };
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with { Registration = null });
        ImageShareException error = (await Assert.ThrowsAsync<ImageShareException>(() => Within(alice.RegisterAsync())))!;
        Assert.Multiple(() =>
        {
            Assert.That((error.Error, error.SipStatus), Is.EqualTo((ImageShareError.AuthenticationFailed, 401)));
            Assert.That(error.Message, Does.EndWith("The registrar refuses these credentials for the realm 'ims.example'; check the user name, the password and whether this identity may register."));
            Assert.That((alice.Registration.Status, alice.Registration.RetryAt), Is.EqualTo((SipRegistrationStatus.Refused, (DateTimeOffset?)null)));
            Assert.That(registrar.Registers, Has.Length.EqualTo(2));
        });
        registrar.Password = "secret";
        Assert.That((await Within(alice.RegisterAsync())).IsRegistered, Is.True, "when the application asks again");
    }

    [Test]
    [Category("REG-006")]
    public async Task A_SIM_registers_with_AKA_and_is_asked_again_by_each_refresh()
    {
        int asked = 0;
        int number = 0;
        await using var registrar = new TestRegistrar(_network);
        registrar.Answer = (_, register, ok) =>
        {
            if (++number % 2 == 0)
            {
                return ok;
            }

            SipResponse challenge = SipResponse.CreateFor(register, 401, toTag: "s");
            challenge.Headers.Add("WWW-Authenticate", $"Digest realm=\"ims.example\", nonce=\"{Convert.ToBase64String(Enumerable.Repeat((byte)number, 32).ToArray())}\", algorithm=AKAv1-MD5, qop=\"auth\"");
            return challenge;
        };
        var sim = SipCredentials.FromSim("001010123456789@ims.example", (_, _) => new(AkaAnswer.Respond([1, 2, 3, (byte)Interlocked.Increment(ref asked), 5, 6, 7, 8])));
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with { Credentials = sim, Registration = new SipRegistrationOptions { SendPrivateIdentity = true } });
        await Within(alice.RegisterAsync());
        await Within(alice.RegisterAsync());
        registrar.Answer = null;
        Assert.Multiple(() =>
        {
            Assert.That(asked, Is.EqualTo(2));
            Assert.That(
                registrar.Registers[0].Headers.GetString("Authorization"),
                Is.EqualTo("""Digest username="001010123456789@ims.example", realm="ims.example", nonce="", uri="sip:ims.example", response="" """.Trim()));
            Assert.That(registrar.Registers[1].Headers.GetString("Authorization"), Does.Contain("algorithm=AKAv1-MD5"));
        });
    }

    [Test]
    [Category("REG-007")]
    [Category("REG-008")]
    public async Task Route_and_identity_of_the_registrar_are_those_of_what_follows()
    {
        await using var registrar = new TestRegistrar(_network);
        registrar.Extra.AddRange([("Service-Route", $"<{registrar.Proxy()};x=1>, <{registrar.Proxy()};x=2>"), ("P-Associated-URI", "<sip:alias@ims.example>, <tel:+15551234>")]);
        await using ImageShareClient bob = await StartAsync(registrar, "bob");
        await Within(bob.RegisterAsync());
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with { DisplayName = "Alice", Registration = new SipRegistrationOptions { UseAssociatedIdentity = true } });
        SipRegistrationState state = await Within(alice.RegisterAsync());
        Assert.That(state.AssociatedUris.Select(u => u.ToString()), Is.EqualTo(new[] { "sip:alias@ims.example", "tel:+15551234" }));
        ImageShareCapabilities found = await Within(alice.QueryCapabilitiesAsync(SipUri.Parse("sip:bob@ims.example")));
        SipRequest options = registrar.Forwarded.Single();
        Assert.Multiple(() =>
        {
            Assert.That(found.CanShareImages, Is.True, "bob answers OPTIONS from the network");
            Assert.That(options.Headers.Routes.Select(r => r.Uri.Parameters.GetValue("x")), Is.EqualTo(new[] { null, "1", "2" }));
            Assert.That(options.Headers.From!.Uri.ToString(), Is.EqualTo("sip:alias@ims.example"));
            Assert.That(options.Headers.From.DisplayName, Is.EqualTo("Alice"));
        });

        await Within(alice.RegisterAsync());
        Assert.That(registrar.Registers[^1].Headers.Routes, Has.Count.EqualTo(1), "REGISTER goes by the outbound proxy alone (RFC 3608 §5)");
        await Within(alice.UnregisterAsync());
        await Within(alice.QueryCapabilitiesAsync(SipUri.Parse("sip:bob@ims.example")));
        Assert.That(registrar.Forwarded.Last().Headers.Routes, Has.Count.EqualTo(1), "the service route ends with the registration");
    }

    [TestCase(null)]
    [TestCase("tcp")]
    [Category("REG-012")]
    public async Task An_image_is_shared_between_two_registered_clients(string? transport)
    {
        await using var registrar = new TestRegistrar(_network) { Password = "secret", SupportsOutbound = transport is not null };
        await using SharePair pair = await SharePair.StartAsync(_network, o => With(o, registrar, transport), o => With(o, registrar, transport) with { Credentials = new SipCredentials("bob", "secret") });
        await Within(pair.Alice.RegisterAsync());
        Assert.That((await Within(pair.Bob.RegisterAsync())).UsesOutbound, Is.EqualTo(transport is not null));
        byte[] image = TestImage.Png(50_000);
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(SipUri.Parse("sip:bob@ims.example"), SharePair.Image(image));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult[] results = [await Within(outgoing.Completion), await Within(incoming.Completion)];
        Assert.Multiple(() =>
        {
            Assert.That(results.Select(r => r.State), Is.All.EqualTo(ImageShareState.Completed), results[0].Message);
            Assert.That(registrar.Forwarded.Select(r => r.Method.Name).Take(2), Is.EqualTo(new[] { "OPTIONS", "INVITE" }));
            Assert.That(
                registrar.Forwarded.First(r => r.Method == SipMethod.Invite).Headers.Contacts.Single().Uri.Parameters.Contains("ob"), Is.EqualTo(transport is not null), "RFC 5626 §4.3");
        });
    }

    [Test]
    [Category("REG-012")]
    public async Task Who_is_not_registered_is_not_found()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with { Limits = o.Limits with { QueryRetryDelays = [] } });
        await Within(alice.RegisterAsync());
        ImageShareCapabilities nobody = await Within(alice.QueryCapabilitiesAsync(SipUri.Parse("sip:carol@ims.example")));
        Assert.That(nobody.SipStatus, Is.EqualTo(480));
    }

    private static ImageShareOptions With(ImageShareOptions options, TestRegistrar registrar, string? transport) => options with
    {
        Route = [registrar.Proxy(transport)],
        Credentials = Secret,
        Registration = new SipRegistrationOptions(),
        Transport = transport is null ? SipTransportChoice.BySize : SipTransportChoice.Tcp,
    };
}
