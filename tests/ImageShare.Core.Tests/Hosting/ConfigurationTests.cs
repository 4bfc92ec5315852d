using System.Net;
using ImageShare.Core.Hosting;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Tests.Documentation;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageShare.Core.Tests.Hosting;

/// <summary>The options of a hosted client, as a configuration gives them.</summary>
[TestFixture]
public sealed class ConfigurationTests
{
    // One right value for each option, and another than the default.
    internal static readonly Dictionary<string, string> Right = new()
    {
        ["AcceptedTypes"] = "image/jpeg, image/png",
        ["AcceptSha1Fingerprints"] = "true",
        ["Advertised:Host"] = "share.example",
        ["Advertised:MsrpTlsPort"] = "2856",
        ["Advertised:MsrpPort"] = "2855",
        ["Advertised:SipPort"] = "5062",
        ["Advertised:SipTlsPort"] = "5063",
        ["UseCompactForm"] = "true",
        ["Credentials:Password"] = "opensesame",
        ["Credentials:Realm"] = "ims.example",
        ["Credentials:User"] = "bob",
        ["DisplayName"] = "Bob",
        ["FollowRedirects"] = "2",
        ["Identity"] = "sip:bob@ims.example",
        ["Ims:ServiceRoute"] = "sip:scscf.example;lr",
        ["Ims:TrustedProxies"] = "192.0.2.1, 2001:db8::1",
        ["Limits:AnswerTimeout"] = "00:01:00",
        ["Limits:CapabilityLifetime"] = "00:10:00",
        ["Limits:GraceTimeout"] = "00:00:03",
        ["Limits:IdleTimeout"] = "00:00:20",
        ["Limits:MaxConcurrentShares"] = "5",
        ["Limits:MaxConcurrentSharesPerPeer"] = "2",
        ["Limits:MaxIconSize"] = "100",
        ["Limits:MaxImageSize"] = "5000000000",
        ["Limits:MaxImagesPerInvitation"] = "3",
        ["Limits:MaxKnownPeers"] = "7",
        ["Limits:MaxPendingInvitations"] = "6",
        ["Limits:MaxPendingInvitationsPerPeer"] = "4",
        ["Limits:MaxPendingRequests"] = "99",
        ["Limits:MaxPendingRequestsPerSource"] = "98",
        ["Limits:MaxSipConnections"] = "97",
        ["Limits:MaxSipConnectionsPerSource"] = "96",
        ["Limits:MsrpConnectTimeout"] = "00:00:11",
        ["Limits:MinTransferRate"] = "12",
        ["Limits:QueryRetryDelays"] = "00:00:01, 00:00:02",
        ["LocalEndPoint"] = "192.0.2.7:5070",
        ["MatchMsrpBySessionId"] = "true",
        ["MsrpSecurity"] = "Offered",
        ["MsrpTlsPort"] = "2857",
        ["MsrpKeepAlive"] = "00:00:25",
        ["MsrpPort"] = "2855",
        ["NamesInActivities"] = "true",
        ["Profile"] = "Ir79",
        ["Registration:Expiry"] = "00:30:00",
        ["Registration:InstanceId"] = "6f7f0a4a-5b1c-4c39-8d0f-3f1b6c2d9a10",
        ["Registration:LongestRetryDelay"] = "00:20:00",
        ["Registration:NatRefreshInterval"] = "00:00:20",
        ["Registration:Registrar"] = "sip:registrar.example",
        ["Registration:RetryDelay"] = "00:00:40",
        ["Registration:SendPrivateIdentity"] = "true",
        ["Registration:UnregisterTimeout"] = "00:00:01",
        ["Registration:UseAssociatedIdentity"] = "true",
        ["Registration:UseOutbound"] = "false",
        ["Route"] = "sip:proxy.example;lr",
        ["SipKeepAlive"] = "00:01:30",
        ["SipTlsHost"] = "bob.example",
        ["SipTlsPort"] = "5071",
        ["Transport"] = "tcp",
        ["UseCema"] = "true",
        ["UseLearntAddress"] = "true",
        ["UserAgent"] = "Frame/1.0",
    };

    // They name files, which another test makes.
    private static readonly string[] Files = ["Credentials:PasswordFile", "MsrpTls:Certificate", "MsrpTls:Key", "MsrpTls:TrustedRoots", "SipTls:Certificate", "SipTls:Key", "SipTls:TrustedRoots"];

    [Test]
    public void Every_option_is_read()
    {
        ImageShareOptions options = Read(Right);
        Assert.Multiple(() =>
        {
            Assert.That((options.Identity, options.DisplayName, options.UserAgent), Is.EqualTo((SipUri.Parse("sip:bob@ims.example"), "Bob", "Frame/1.0")));
            Assert.That(options.LocalEndPoint, Is.EqualTo(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 5070)));
            Assert.That((options.MsrpPort, options.SipTlsPort, options.MsrpTlsPort, options.SipTlsHost), Is.EqualTo((2855, 5071, 2857, "bob.example")));
            Assert.That((options.Transport, options.Profile, options.MsrpSecurity), Is.EqualTo((SipTransportChoice.Tcp, ImageShareProfile.Ir79, MsrpSecurity.Offered)));
            Assert.That(options.Advertised, Is.EqualTo(new AdvertisedAddress("share.example") { SipPort = 5062, SipTlsPort = 5063, MsrpPort = 2855, MsrpTlsPort = 2856 }));
            Assert.That((options.UseCompactForm, options.AcceptSha1Fingerprints, options.UseCema, options.UseLearntAddress, options.MatchMsrpBySessionId, options.NamesInActivities), Is.EqualTo((true, true, true, true, true, true)));
            Assert.That((options.FollowRedirects, options.SipKeepAlive, options.MsrpKeepAlive), Is.EqualTo((2, (TimeSpan?)TimeSpan.FromSeconds(90), (TimeSpan?)TimeSpan.FromSeconds(25))));
            Assert.That(options.Route, Is.EqualTo((SipUri[])[SipUri.Parse("sip:proxy.example;lr")]));
            Assert.That(options.Ims.ServiceRoute, Is.EqualTo((SipUri[])[SipUri.Parse("sip:scscf.example;lr")]));
            Assert.That(options.Ims.TrustedProxies, Is.EqualTo((IPAddress[])[IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")]));
            Assert.That(options.AcceptedTypes.Select(static t => t.ToString()), Is.EqualTo((string[])["image/jpeg", "image/png"]));
            Assert.That((options.Credentials!.User, options.Credentials.Realm), Is.EqualTo(("bob", "ims.example")));
            Assert.That(options.Registration, Is.EqualTo(new SipRegistrationOptions
            {
                Registrar = SipUri.Parse("sip:registrar.example"),
                Expiry = TimeSpan.FromMinutes(30),
                InstanceId = Guid.Parse("6f7f0a4a-5b1c-4c39-8d0f-3f1b6c2d9a10"),
                UseOutbound = false,
                NatRefreshInterval = TimeSpan.FromSeconds(20),
                RetryDelay = TimeSpan.FromSeconds(40),
                LongestRetryDelay = TimeSpan.FromMinutes(20),
                UnregisterTimeout = TimeSpan.FromSeconds(1),
                SendPrivateIdentity = true,
                UseAssociatedIdentity = true,
            }));
            Assert.That(options.Limits with { QueryRetryDelays = [] }, Is.EqualTo(new ImageShareLimits
            {
                AnswerTimeout = TimeSpan.FromMinutes(1),
                CapabilityLifetime = TimeSpan.FromMinutes(10),
                GraceTimeout = TimeSpan.FromSeconds(3),
                IdleTimeout = TimeSpan.FromSeconds(20),
                MaxConcurrentShares = 5,
                MaxConcurrentSharesPerPeer = 2,
                MaxIconSize = 100,
                MaxImageSize = 5_000_000_000,
                MaxImagesPerInvitation = 3,
                MaxKnownPeers = 7,
                MaxPendingInvitations = 6,
                MaxPendingInvitationsPerPeer = 4,
                MaxPendingRequests = 99,
                MaxPendingRequestsPerSource = 98,
                MaxSipConnections = 97,
                MaxSipConnectionsPerSource = 96,
                MsrpConnectTimeout = TimeSpan.FromSeconds(11),
                MinTransferRate = 12,
                QueryRetryDelays = [],
            }));
            Assert.That(options.Limits.QueryRetryDelays, Is.EqualTo((TimeSpan[])[TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)]));
        });
    }

    [Test]
    public void Every_option_stands_on_the_page_and_has_a_test()
    {
        var reader = new ConfigurationReader(Section([]));
        reader.ReadInto(new ImageShareHostOptions());
        string[] known = [.. reader.Known.Where(static name => !name.EndsWith('*'))];
        string page = File.ReadAllText(Repository.File("docs", "hosting.md"));
        Assert.That(known.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
        Assert.That(known, Is.EquivalentTo(Right.Keys.Concat(Files)));
    }

    [TestCase("Identity", "bob", "a SIP URI")]
    [TestCase("LocalEndPoint", "192.0.2.7:port", "an IP address and a port")]
    [TestCase("Profile", "Rcs9", "a profile: Rcs2, Ir79")]
    [TestCase("Transport", "2", "one of BySize, Udp, Tcp, Tls")]
    [TestCase("MsrpPort", "65536", "a port, 0 to 65535")]
    [TestCase("MsrpKeepAlive", "00:00:01", "MsrpKeepAlive")]
    [TestCase("Advertised:Host", "not a host", "Advertised:Host")]
    [TestCase("Limits:MaxImagesPerInvitation", "16", "a number, 1 to 15")]
    [TestCase("Limits:AnswerTimeout", "2.00:00:00", "a time of at most a day")]
    [TestCase("Limits:QueryRetryDelays", "00:00:01,00:00:01,00:00:01,00:00:01", "at most three")]
    [TestCase("Registration:Expiry", "1", "Registration:Expiry")]
    [TestCase("Route:0", "nonsense", "a SIP URI")]
    [TestCase("UseCema", "yes", "true or false")]
    [TestCase("SipTls:Certificate", "/there/is/none.pem", "the path of a file")]
    [TestCase("Idenity", "sip:bob@ims.example", "is not an option of ImageShare")]
    [TestCase("Limits:MaxImagesize2", "1", "is not an option of ImageShare")]
    public async Task A_wrong_or_unknown_option_is_refused_at_the_start_by_its_name(string name, string value, string reason)
    {
        (string, string)[] settings = name == "Identity" ? [(name, value)] : [("Identity", "sip:bob@ims.example"), (name, value)];
        IHost host = HostedPair.Build(new ReloadableSource(settings), new CapturingLoggerFactory(), new InMemoryNetwork());
        OptionsValidationException? refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(refused!.Message, Does.Contain($"ImageShare:{name}").And.Contain(reason));
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Test]
    public async Task All_that_is_wrong_is_said_at_once_and_no_password_is()
    {
        IHost host = HostedPair.Build(new ReloadableSource([("MsrpPort", "x"), ("Colour", "red"), ("Credentials:Password", "opensesame")]), new CapturingLoggerFactory(), new InMemoryNetwork());
        OptionsValidationException? refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(refused!.Failures.Count(), Is.EqualTo(4));
        Assert.That(refused.Message, Does.Contain("ImageShare:Identity is not set").And.Contain("ImageShare:MsrpPort").And.Contain("ImageShare:Colour").And.Contain("ImageShare:Credentials:User is not set").And.Not.Contain("opensesame"));
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Test]
    public async Task A_password_where_its_file_belongs_is_not_repeated()
    {
        IHost host = HostedPair.Build(
            new ReloadableSource([("Identity", "sip:bob@ims.example"), ("Credentials:User", "bob"), ("Credentials:PasswordFile", "opensesame")]), new CapturingLoggerFactory(), new InMemoryNetwork());
        OptionsValidationException? refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(refused!.Message, Does.Contain("ImageShare:Credentials:PasswordFile is wrong; expected the path of a file").And.Not.Contain("opensesame"));
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Test]
    public async Task What_a_configuration_cannot_say_is_added_in_code_and_may_be_all_of_it()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddImageShare(builder.Configuration.GetSection("Pictures"))
            .ConfigureClient(static (options, _) => options with { Identity = SipUri.Parse("sip:bob@ims.example"), Network = new InMemoryNetwork() });
        Assert.Throws<InvalidOperationException>(() => builder.Services.AddImageShare(builder.Configuration));
        using IHost host = builder.Build();
        await host.StartAsync();
        Assert.That(host.Services.GetRequiredService<IImageShareHost>().Client.Address.User, Is.EqualTo("bob"));
        await host.StopAsync();
    }

    [Test]
    public void A_list_may_have_entries_and_files_are_read()
    {
        string folder = Directory.CreateTempSubdirectory("imageshare-test-").FullName;
        try
        {
            string password = Path.Combine(folder, "password"), roots = Path.Combine(folder, "roots.pem");
            File.WriteAllLines(password, ["opensesame", "more"]);
            using System.Security.Cryptography.X509Certificates.X509Certificate2 root = SelfSignedCertificate.Create(TimeProvider.System);
            File.WriteAllText(roots, root.ExportCertificatePem());
            ImageShareOptions options = Read(new Dictionary<string, string>
            {
                ["Route:0"] = "sip:a.example;lr",
                ["Route:1"] = "sip:b.example;lr",
                ["Credentials:User"] = "bob",
                ["Credentials:PasswordFile"] = password,
                ["SipTls:TrustedRoots"] = roots,
                ["DisplayName"] = "",
            });
            Assert.Multiple(() =>
            {
                Assert.That(options.Route.Select(static uri => uri.Host), Is.EqualTo((string[])["a.example", "b.example"]));
                Assert.That(options.Credentials!.Password, Is.EqualTo("opensesame"u8.ToArray()));
                Assert.That(options.SipTls.TrustedRoots.Single().Thumbprint, Is.EqualTo(root.Thumbprint));
                Assert.That(options.DisplayName, Is.Null, "an empty value is none");
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_certificate_is_read_with_its_key()
    {
        string folder = Directory.CreateTempSubdirectory("imageshare-test-").FullName;
        try
        {
            using System.Security.Cryptography.X509Certificates.X509Certificate2 made = SelfSignedCertificate.Create(TimeProvider.System);
            string certificate = Path.Combine(folder, "bob.pem"), key = Path.Combine(folder, "bob.key");
            File.WriteAllText(certificate, made.ExportCertificatePem());
            using System.Security.Cryptography.ECDsa? secret = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(made);
            File.WriteAllText(key, secret!.ExportPkcs8PrivateKeyPem());
            ImageShareOptions options = Read(new Dictionary<string, string> { ["MsrpTls:Certificate"] = certificate, ["MsrpTls:Key"] = key });
            Assert.That((options.MsrpTls.Certificate!.Thumbprint, options.MsrpTls.Certificate.HasPrivateKey), Is.EqualTo((made.Thumbprint, true)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_changed_configuration_says_what_needs_a_restart_and_a_wrong_one_changes_nothing()
    {
        await using HostedPair pair = await HostedPair.StartAsync();
        pair.Settings.Change(("DisplayName", "Robert"), ("MsrpPort", "2855"));
        Assert.That(pair.Log.From(LogLevel.Warning).Single(), Does.Contain("DisplayName, MsrpPort"));
        pair.Settings.Change(("Profile", "Ir80"));
        Assert.That(pair.Log.From(LogLevel.Error).Single(), Does.Contain("ImageShare:Profile"));
        Assert.That(pair.Bob.Health.IsHealthy, Is.True);
    }

    [Test]
    public async Task Another_registration_takes_effect_at_once()
    {
        await using HostedPair pair = await HostedPair.StartAsync(settings: ("Transport", "Tcp"));
        Assert.That(pair.Bob.Health.Registration, Is.Null);
        pair.Settings.Change(("Registration:Registrar", "sip:127.0.0.1:9"));
        Assert.That(() => pair.Bob.Health.Registration?.Error, Is.EqualTo(ImageShareError.PeerUnreachable).After(30_000, 5));
        Assert.That(() => pair.Log.From(LogLevel.Warning), Has.Some.Contains("not registered as the changed configuration says").After(30_000, 5));
        pair.Settings.Change(("Registration:Registrar", ""));
        Assert.That(() => pair.Bob.Health.Registration, Is.Null.After(30_000, 5));
    }

    [Test]
    public void The_logger_factory_of_the_host_is_used()
    {
        var log = new CapturingLoggerFactory();
        using IHost host = HostedPair.Build(new ReloadableSource([("Identity", "sip:bob@ims.example")]), log, new InMemoryNetwork());
        Assert.That(host.Services.GetRequiredService<IOptions<ImageShareHostOptions>>().Value.Client.LoggerFactory, Is.SameAs(log));
    }

    private static ImageShareOptions Read(Dictionary<string, string> values)
    {
        var options = new ImageShareHostOptions();
        new ConfigurationReader(Section(values)).ReadInto(options);
        Assert.That(options.Problems, Is.Empty);
        return options.Client;
    }

    internal static IConfigurationSection Section(Dictionary<string, string> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static v => KeyValuePair.Create($"ImageShare:{v.Key}", (string?)v.Value))).Build().GetSection("ImageShare");
}
