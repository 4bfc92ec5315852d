using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>docs/msrp.md shows samples that are compiled and run here, and names every limit with its true default.</summary>
[TestFixture]
public sealed partial class MsrpPageTests
{
    private static readonly string Page = Repository.File("docs", "msrp.md");

    [OneTimeSetUp]
    public void Rewrite_the_page_when_asked()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_README") == "1")
        {
            File.WriteAllText(Page, Snippet().Replace(File.ReadAllText(Page), m => $"<!-- snippet: {m.Groups[1].Value} -->\n```csharp\n{Source(m)}```\n<!-- end -->"));
        }
    }

    [Test]
    public void Every_snippet_is_the_sample_as_it_is_compiled()
    {
        MatchCollection snippets = Snippet().Matches(File.ReadAllText(Page));
        Assert.That(snippets, Has.Count.EqualTo(3));
        foreach (Match snippet in snippets)
        {
            Assert.That(snippet.Groups[2].Value, Is.EqualTo(Source(snippet)), snippet.Groups[1].Value);
        }
    }

    [Test]
    public async Task The_sample_sends_a_file()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-test-");
        try
        {
            string file = Path.Combine(folder.FullName, "a.png"), copy = Path.Combine(folder.FullName, "b.png");
            byte[] content = new byte[300_000];
            new Random(1).NextBytes(content);
            await File.WriteAllBytesAsync(file, content);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            MsrpSendResult result = await MsrpAlone.RunAsync(file, copy, patience.Token);
            Assert.That((result.Outcome, result.AcknowledgedBytes), Is.EqualTo((MsrpSendOutcome.Completed, 300_000L)));
            Assert.That(await File.ReadAllBytesAsync(copy), Is.EqualTo(content));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task The_relay_sample_sends_through_a_relay()
    {
        var network = new InMemoryNetwork();
        var trust = new TlsOptions { TrustedRoots = [TestCertificates.Authority] };
        await using var relay = new RelayServer(network);
        await using MsrpEndpoint bob = MsrpEndpoint.Start(network, new MsrpEndpointOptions { Tls = trust });
        var receiver = new CollectingReceiver();
        await using MsrpSession incoming = await bob.CreateSessionAsync(new MsrpSessionOptions { Receiver = receiver }, [relay.AsRelay()]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        byte[] image = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
        MsrpSendResult result = await MsrpThroughRelay.RunAsync(
            network,
            relay.AsRelay(),
            trust,
            path =>
            {
                incoming.SetPeerPath(path);
                _ = incoming.ConnectAsync(active: false, patience.Token);
                return Task.FromResult(incoming.AdvertisedPath);
            },
            image,
            patience.Token);
        Assert.That((result.Outcome, result.ReportedBytes), Is.EqualTo((MsrpSendOutcome.Completed, 10_000L)));
        Assert.That(await receiver.Completed.WaitAsync(patience.Token), Is.EqualTo(image));
        Assert.That((await receiver.Begun).OtherHeaders, Has.Member(new KeyValuePair<string, string>("Content-Disposition", "attachment; filename=\"cat.png\"")));
    }

    [Test]
    public void The_codec_sample_reads_what_it_wrote()
    {
        byte[] bytes = MsrpCodecAlone.Write(MsrpPath.Parse("msrp://a.example:1/x;tcp"), MsrpPath.Parse("msrp://b.example:2/y;tcp"), "hello"u8);
        List<string> shown = [];
        MsrpCodecAlone.Read(new MsrpReader(), new ReadOnlySequence<byte>(bytes), shown.Add);
        Assert.That(shown, Is.EqualTo(new[] { "SEND 1-5/5 text/plain", "5 bytes", "end: Complete" }));
        shown.Clear();
        MsrpCodecAlone.Read(new MsrpReader(), new ReadOnlySequence<byte>("GET / HTTP/1.1\r\n"u8.ToArray()), shown.Add);
        Assert.That(shown, Is.EqualTo(new[] { "NotMsrp at byte 0: close the connection" }));
    }

    [Test]
    public void Every_test_and_instrument_on_the_page_exists()
    {
        string page = File.ReadAllText(Page);
        HashSet<string> tests = [.. typeof(MsrpPageTests).Assembly.GetTypes().SelectMany(t => t.GetMethods().Select(m => $"{t.Name}.{m.Name}"))];
        string[] named = [.. NamedTest().Matches(page).Select(m => m.Groups[1].Value)];
        Assert.That(named, Has.Length.GreaterThan(50));
        Assert.That(named.Where(n => !tests.Contains(n)), Is.Empty);
        Assert.That(page, Does.Contain(Core.Diagnostics.ImageShareTelemetry.MeterName));
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [Test]
    public void Every_limit_and_time_is_named_with_its_default()
    {
        string page = File.ReadAllText(Page);
        var missing = new List<string>();
        foreach ((object defaults, PropertyInfo property) in Properties(new MsrpLimits()).Concat(Properties(new MsrpEndpointOptions())))
        {
            string? value = property.GetValue(defaults) switch
            {
                // A port is no limit.
                int when property.Name.EndsWith("Port", StringComparison.Ordinal) => null,
                int number => number.ToString("N0", CultureInfo.InvariantCulture),
                long number => number.ToString("N0", CultureInfo.InvariantCulture),
                TimeSpan time => $"{time.TotalSeconds:0} s",
                _ => null,
            };
            if (value is not null && !page.Contains($"| `{property.Name}` | {value} |", StringComparison.Ordinal))
            {
                missing.Add($"| `{property.Name}` | {value} |");
            }
        }

        Assert.That(missing, Is.Empty);

        static IEnumerable<(object, PropertyInfo)> Properties(object defaults) => defaults.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0).Select(p => (defaults, p));
    }

    private static string Source(Match snippet) => File.ReadAllText(Repository.File(snippet.Groups[1].Value.Split('/')));

    [GeneratedRegex(@"<!-- snippet: (\S+) -->\n```csharp\n(.*?)```\n<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
