using System.Net;
using System.Reflection;
using ImageShare.Core.Hosting;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;
using Microsoft.Extensions.Configuration;

namespace ImageShare.Core.Tests.Hosting;

/// <summary>Options filled by the binder of .NET, without a host (docs/hosting.md).</summary>
[TestFixture]
public sealed class BinderTests
{
    // The framework gives their types no converter.
    private static readonly string[] NotBound = ["LocalEndPoint", "Ims:TrustedProxies"];

    // The password of SipCredentials cannot be read back.
    private static IEnumerable<string> Bound() => ConfigurationTests.Right.Keys.Except(NotBound).Where(static name => !name.StartsWith("Credentials:", StringComparison.Ordinal));

    [TestCaseSource(nameof(Bound))]
    public void The_binder_gives_what_the_host_gives(string name)
    {
        string text = ConfigurationTests.Right[name];
        var host = new ImageShareHostOptions();
        new ConfigurationReader(ConfigurationTests.Section(new Dictionary<string, string> { [name] = text })).ReadInto(host);
        object? expected = Value(host.Client, name), usual = Value(Empty(), name), bound;
        if (expected is System.Collections.IEnumerable list and not string)
        {
            // A list has entries of its own, which follow those it has already.
            string[] entries = text.Split(", ");
            bound = Value(Bind(entries.Select((entry, i) => ($"{name}:{i}", entry))), name);
            Assert.That(bound, Is.EqualTo(((System.Collections.IEnumerable)usual!).Cast<object>().Concat(list.Cast<object>())));
        }
        else
        {
            bound = Value(Bind([(name, text)]), name);
            Assert.That(bound, Is.EqualTo(expected));
        }

        Assert.That(bound, Is.Not.EqualTo(usual));
    }

    [Test]
    public void Credentials_and_the_headers_of_an_IMS_network_are_bound()
    {
        ImageShareOptions options = Bind(
        [
            ("Credentials:User", "bob"), ("Credentials:Password", "opensesame"), ("Credentials:Realm", "ims.example"),
            ("Ims:PreferredIdentity", "\"Bob\" <sip:bob@ims.example>"), ("Ims:PreferredService", "urn:urn-7:3gpp-application.ims.iari.gsma-is"), ("Ims:AccessNetworkInfo", "IEEE-802.11;i-wlan-node-id=1"), ("Ims:Privacy", "id"),
        ]);
        Assert.Multiple(() =>
        {
            Assert.That((options.Credentials!.User, options.Credentials.Realm), Is.EqualTo(("bob", "ims.example")));
            Assert.That(options.Credentials.Password, Is.EqualTo("opensesame"u8.ToArray()));
            Assert.That(options.Ims.PreferredIdentity, Is.EqualTo(new NameAddress("Bob", SipUri.Parse("sip:bob@ims.example"))));
            Assert.That(options.Ims.PreferredService, Is.EqualTo(ServiceIdentifier.ImageShare));
            Assert.That(options.Ims.AccessNetworkInfo!.AccessType, Is.EqualTo("IEEE-802.11"));
            Assert.That(options.Ims.Privacy, Is.SameAs(Privacy.Id));
        });
    }

    [TestCase("Identity", "bob", "sip:alice@example.com")]
    [TestCase("Route:0", "nonsense", "sip:alice@example.com")]
    [TestCase("Profile", "Rcs9", "Rcs2, Ir79, RcsE")]
    [TestCase("AcceptedTypes:0", "jpeg", "image/png")]
    [TestCase("Ims:PreferredIdentity", "<", "<sip:alice@example.com>")]
    [TestCase("Ims:AccessNetworkInfo", ";", "IEEE-802.11")]
    [TestCase("Ims:Privacy", ";", "id;critical")]
    [TestCase("Limits:MaxKnownPeers", "many", "many")]
    public void A_wrong_value_is_refused_with_the_name_of_its_option(string name, string value, string reason)
    {
        InvalidOperationException? refused = Assert.Throws<InvalidOperationException>(() => Bind([(name, value)]));

        // The binder says why it leaves a list as it is in an exception of its own, around that of the entry.
        string said = refused!.ToString();
        Assert.That(said, Does.Contain($"'{name}'").And.Contain(reason).And.Contain(nameof(FormatException)));
    }

    [TestCase("LocalEndPoint", "192.0.2.7:5060")]
    [TestCase("Ims:TrustedProxies", "192.0.2.1")]
    [TestCase("SipTls:Certificate", "bob.pem")]
    [TestCase("Network", "Loopback")]
    public void What_the_binder_cannot_make_is_refused_with_its_name_if_it_is_strict(string name, string value)
    {
        Assert.That(Value(Bind([(name, value)], isStrict: false), name), Is.EqualTo(Value(Empty(), name)), "without a word");
        InvalidOperationException? refused = Assert.Throws<InvalidOperationException>(() => Bind([(name, value)]));
        Assert.That(refused!.Message, Does.Contain($"'{name}'").And.Contain($"'{value}'"));
    }

    [Test]
    public void What_is_bound_changes_no_default_of_others()
    {
        Bind([("Limits:MaxImageSize", "7"), ("Limits:QueryRetryDelays:0", "00:00:03"), ("Ims:Privacy", "id"), ("SipTls:RequireClientCertificate", "true"), ("MsrpTls:RequireClientCertificate", "true"), ("Profile:ChunkSize", "5"), ("LocalEndPoint:Port", "5070"), ("AcceptedTypes:0", "image/tiff")]);
        Assert.Multiple(() =>
        {
            Assert.That(Empty(), Is.EqualTo(new ImageShareOptions
            {
                Identity = null!,
                Limits = ImageShareLimits.Default,
                Ims = ImsSettings.None,
                SipTls = TlsOptions.Default,
                MsrpTls = TlsOptions.Default,
                Profile = ImageShareProfile.Rcs2,
                LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            }));
            Assert.That(ImageShareLimits.Default, Is.EqualTo(new ImageShareLimits()));
            Assert.That(ImageShareLimits.Default.QueryRetryDelays, Has.Count.EqualTo(2));
            Assert.That(ImsSettings.None, Is.EqualTo(new ImsSettings()));
            Assert.That(TlsOptions.Default, Is.EqualTo(new TlsOptions()));
            Assert.That(ImageShareProfile.Rcs2.ChunkSize, Is.EqualTo(2048));
            Assert.That(Empty().AcceptedTypes, Has.None.EqualTo(MediaType.Parse("image/tiff")));
        });
    }

    [Test]
    public async Task A_client_whose_options_lack_the_identity_does_not_start()
    {
        ImageShareOptions options = Bind([("DisplayName", "Bob")]) with { Network = new InMemoryNetwork() };
        ImageShareException? refused = await Assert.ThrowsAsync<ImageShareException>(() => ImageShareClient.StartAsync(options));
        Assert.That((refused!.Error, refused.Message), Is.EqualTo((ImageShareError.InvalidValue, "ImageShareOptions.Identity is not set; give the SIP address of the user, such as sip:alice@ims.example.")));
        await using ImageShareClient started = await ImageShareClient.StartAsync(Bind([("Identity", "sip:bob@ims.example"), ("Profile", "Ir79")]) with { Network = new InMemoryNetwork() });
        Assert.That(started.Address.User, Is.EqualTo("bob"));
    }

    [TestCase(typeof(SipUri), "sip:a@b.example", "b")]
    [TestCase(typeof(MediaType), "image/png", "png")]
    [TestCase(typeof(ImageShareProfile), "rcse", "Rcs9")]
    [TestCase(typeof(NameAddress), "<sip:a@b.example>", "<")]
    [TestCase(typeof(AccessNetworkInfo), "ADSL", ";")]
    [TestCase(typeof(Privacy), "id;critical", ";")]
    [TestCase(typeof(ServiceIdentifier), "urn:urn-7:3gpp-service.ims.icsi.mmtel", null)]
    public void Values_are_parsable(Type type, string right, string? wrong) =>
        typeof(BinderTests).GetMethod(nameof(CheckParsable), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [right, wrong]);

    private static void CheckParsable<T>(string right, string? wrong)
        where T : IParsable<T>
    {
        Assert.Multiple(() =>
        {
            Assert.That(T.TryParse(right, null, out T? value), Is.True);
            Assert.That(T.Parse(right, null), Is.EqualTo(value));
            Assert.That(value!.ToString(), Is.EqualTo(right).IgnoreCase);
            Assert.That(T.TryParse(null, null, out _), Is.False);
            Assert.Throws<ArgumentNullException>(() => T.Parse(null!, null));
            if (wrong is not null)
            {
                Assert.That(T.TryParse(wrong, null, out _), Is.False);
                FormatException? refused = Assert.Throws<FormatException>(() => T.Parse(wrong, null));
                Assert.That(refused!.Message, Does.StartWith($"'{wrong}' is not "));
            }
        });
    }

    private static ImageShareOptions Empty() => new() { Identity = null! };

    private static ImageShareOptions Bind(IEnumerable<(string Name, string Value)> values, bool isStrict = true)
    {
        ImageShareOptions options = Empty();
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build()
            .Bind(options, binder => binder.ErrorOnUnknownConfiguration = isStrict);
        return options;
    }

    private static object? Value(object? options, string name) => name.Split(':').Aggregate(options, static (at, part) => at?.GetType().GetProperty(part)!.GetValue(at));
}
