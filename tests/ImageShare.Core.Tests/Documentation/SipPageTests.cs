using System.Net;
using System.Text.RegularExpressions;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>docs/sip.md, docs/sip-transport.md and docs/registration.md show code as it is compiled and run. Run once with UPDATE_README=1 to copy it in.</summary>
[TestFixture]
public sealed partial class SipPageTests
{
    private static readonly string[] Pages = [Repository.File("docs", "sip.md"), Repository.File("docs", "sip-transport.md"), Repository.File("docs", "registration.md")];

    [OneTimeSetUp]
    public void Rewrite_the_page_when_asked()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_README") == "1")
        {
            Dictionary<string, string> code = Code();
            foreach (string page in Pages)
            {
                File.WriteAllText(page, Shown().Replace(File.ReadAllText(page), m => $"<!-- snippet: {m.Groups[1].Value} -->\n```csharp\n{code[m.Groups[1].Value]}```\n<!-- end -->"));
            }
        }
    }

    [Test]
    public void Every_snippet_is_the_code_as_it_is_compiled()
    {
        Dictionary<string, string> code = Code();
        Dictionary<string, string> shown = Pages.SelectMany(page => Shown().Matches(File.ReadAllText(page))).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        Assert.That(shown, Is.EquivalentTo(code));
    }

    [Test]
    public async Task A_client_behind_a_proxy_starts_with_what_the_page_shows()
    {
        var registered = new SipResponse(200);
        registered.Headers.Add("Service-Route", "<sip:orig@scscf.home.example;lr>");
        ImageShareOptions options = SipSnippets.BehindAProxy(registered, new IPEndPoint(IPAddress.Loopback, 0));
        Assert.That(options.Ims.ServiceRoute.Single().Host, Is.EqualTo("scscf.home.example"));
        await using ImageShareClient client = await ImageShareClient.StartAsync(options with { Network = new InMemoryNetwork() });
    }

    [Test]
    public async Task An_account_at_a_provider_is_registered_by_the_lines_of_the_page()
    {
        var network = new InMemoryNetwork();
        network.Names["provider.example"] = [IPAddress.Loopback];
        await using var registrar = new TestRegistrar(network, tls: new TlsOptions { Certificate = TestCertificates.Make("provider.example") });
        List<string> shown = [];
        ImageShareOptions options = SipSnippets.AnAccount("secret", Guid.NewGuid());
        await SipSnippets.RegisterAsync(options with { Network = network, SipTls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] } }, shown.Add).WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(shown, Has.Some.Matches("^Registered [0-9]"));
            Assert.That(registrar.Registers[0].Headers.TopVia!.Transport, Is.EqualTo("TLS"));
            Assert.That(registrar.BindingsOf("alice"), Is.Empty, "removed when the client ended");
        });
    }

    [Test]
    public async Task An_IMS_client_registers_by_the_lines_of_the_page()
    {
        var network = new InMemoryNetwork();
        network.Names["pcscf.ims.example"] = [IPAddress.Loopback];
        await using var registrar = new TestRegistrar(network, port: 5060);
        ImageShareOptions options = SipSnippets.AnImsClient(static (_, _) => new(AkaAnswer.Respond(new byte[8])), Guid.NewGuid());
        await SipSnippets.RegisterAsync(options with { Network = network }, static _ => { }).WaitAsync(SharePair.Patience);
        Assert.That(registrar.Registers[0].Headers.GetString("Expires"), Is.EqualTo("518400"));
    }

    [Test]
    public async Task The_lines_that_answer_OPTIONS_answer_it()
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        List<string> shown = [];
        SipSnippets.Watch(pair.Alice, shown.Add);
        await SipSnippets.AnswerQueriesAsync(network, async transport =>
        {
            ImageShareCapabilities capabilities = await pair.Alice.QueryCapabilitiesAsync(SipUri.Parse($"sip:{transport.LocalEndPoint}")).WaitAsync(SharePair.Patience);
            Assert.That((capabilities.SipStatus, capabilities.CanShareImages), Is.EqualTo((200, false)));
        });
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.That(shown, Has.Count.EqualTo(2));
        Assert.That(shown[1], Is.EqualTo($"{pair.Bob.Address}: images"));
        Assert.That(SipReader.TryReadDatagram(pair.FirstSent("SIP/2.0 200").Bytes, null, out SipMessage? answer, out _) && SipSnippets.Tags(answer), Is.True);
    }

    [Test]
    public async Task Clients_with_the_TLS_settings_of_the_page_share_an_image()
    {
        ImageShareOptions options = SipSnippets.OverTls(TestCertificates.Loopback, TestCertificates.Authority);
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { SipTls = options.SipTls, Transport = options.Transport }, bob: o => o with { SipTls = options.SipTls, Transport = options.Transport });
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(1000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        Assert.That(pair.FirstSent("INVITE").Protocol, Is.EqualTo("SIP/TLS"));
    }

    [Test]
    public void The_call_is_found_by_any_of_the_identities()
    {
        var options = new ImageShareOptions { Identity = SipUri.Parse("sip:bob@home.example") };
        using var call = new CancellationTokenSource();
        options = SipSnippets.DuringCalls(options, uri => uri.TelephoneNumber == "+49" ? call.Token : null);
        Assert.That(options.VoiceCall!([new(SipUri.Parse("sip:a@b")), new(SipUri.Parse("tel:+49"))]), Is.EqualTo(call.Token));
        Assert.That(options.VoiceCall([new(SipUri.Parse("sip:a@b"))]), Is.Null);
    }

    private static Dictionary<string, string> Code() => Marked()
        .Matches(File.ReadAllText(Repository.File("tests", "ImageShare.Core.Tests", "Documentation", "SipSnippets.cs")))
        .ToDictionary(m => m.Groups[2].Value, m => Unindent(m.Groups[3].Value, m.Groups[1].Value));

    private static string Unindent(string code, string indent) =>
        string.Concat(code.Split('\n').SkipLast(1).Select(line => (line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line) + "\n"));

    [GeneratedRegex(@"^( *)// snippet: (\w+)\n(.*?)^ *// end$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"<!-- snippet: (\w+) -->\n```csharp\n(.*?)```\n<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Shown();
}
