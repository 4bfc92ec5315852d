using System.Text.Json;
using System.Text.RegularExpressions;
using ImageShare.Core.Tests.Documentation;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>docs/cli.md says what scripts rely on: commands, options, events, exit statuses. Here it is compared with the program.</summary>
[TestFixture]
[Parallelizable]
public sealed partial class CliSchemaTests
{
    private static readonly string Page = File.ReadAllText(Repository.File("docs", "cli.md"));

    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task The_page_has_every_command_and_every_option_and_no_other()
    {
        string[] commands = [.. Command().Matches(string.Join('\n', (await CliProcess.RunAsync("--help")).Lines)).Select(static m => m.Groups[1].Value)];
        Assert.That(commands, Has.Length.GreaterThan(8));
        Assert.That(Section().Matches(Page).Select(static m => m.Groups[1].Value).Where(static s => s != "Common options"), Is.EquivalentTo(commands));
        string[] common = OptionsOf("Common options");
        foreach (string command in commands)
        {
            string help = string.Join('\n', (await CliProcess.RunAsync(command, "--help")).Lines);
            string[] own = OptionsOf(command);
            string[] shared = own.Contains("--json") || command == "completion" ? [] : command == "demo" ? [.. common.Except(["--identity", "--account", "--register", "--expires"])] : common;
            Assert.That(Option().Matches(help).Select(static m => m.Groups[1].Value).Where(static o => o != "--help"), Is.EquivalentTo(own.Concat(shared)), command);
        }
    }

    [Test]
    public void The_page_has_every_event_of_the_code_and_no_other()
    {
        string[] written =
        [
            .. Directory.GetFiles(Repository.File("samples", "ImageShare.Cli"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(static file => Written().Matches(File.ReadAllText(file)))
                .Select(static m => m.Groups[1].Value)
                .Distinct(),
        ];
        Assert.That(written, Is.EquivalentTo(CliSchema.Names));
    }

    [TestCase("")]
    [TestCase("frob")]
    [TestCase("listen")]
    [TestCase("query bob --identity sip:alice@ims.example")]
    [TestCase("send picture.png --identity sip:alice@ims.example --max-rate fast")]
    [TestCase("listen --identity sip:bob@ims.example --tls-cert no-such-file.pem")]
    [TestCase("register --account no-such-account.json")]
    [TestCase("fetch sip:bob@127.0.0.1 --identity sip:alice@ims.example")]
    [TestCase("inspect")]
    [TestCase("ladder")]
    public async Task Wrong_usage_is_an_event_too(string arguments)
    {
        CliResult result = await CliProcess.RunAsync([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--json"]);
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Events.Select(static e => e.GetProperty("error").GetString()), Is.Not.Empty.And.All.EqualTo("Usage"));
        Assert.That(result.Events.Select(static e => e.GetProperty("message").GetString()), Is.All.Not.Empty);
        Assert.That(result.Errors, Is.Empty);
    }

    [Test]
    public async Task A_ladder_is_events_and_so_is_a_file_that_cannot_be_read()
    {
        string trace = Path.Combine(_folder.Path, "demo.pcapng");
        Assert.That((await CliProcess.RunAsync("demo", "--trace", trace, "--json")).Status, Is.Zero);
        CliResult ladder = await CliProcess.RunAsync("ladder", trace, "--json");
        Assert.That(ladder.Status, Is.Zero, ladder.Errors);
        JsonElement[] rows = [.. ladder.Events];
        Assert.Multiple(() =>
        {
            Assert.That(rows.Select(static r => r.GetProperty("text").GetString()), Has.Some.StartsWith("INVITE ").And.Some.StartsWith("BYE "));
            Assert.That(rows.Select(static r => r.GetProperty("seconds").GetDouble()), Is.Ordered);
            Assert.That(rows.Select(static r => r.GetProperty("from").GetString()).Distinct().Count(), Is.EqualTo(2));
            Assert.That(rows.Count(static r => r.GetProperty("several").GetBoolean()), Is.EqualTo(1), "the image");
        });
        CliResult none = await CliProcess.RunAsync("ladder", _folder.File("notes.pcapng", "no capture"u8.ToArray()), "--json");
        Assert.That(none.Status, Is.EqualTo(1));
        none.AssertFailed("SourceUnreadable");
        Assert.That(none.Errors, Is.Empty);
    }

    private static string[] OptionsOf(string section)
    {
        int start = Page.IndexOf($"\n### {section}\n", StringComparison.Ordinal);
        string text = Page[start..Page.IndexOf("\n##", start + 1, StringComparison.Ordinal)];
        return [.. text.Split('\n').Where(static line => line.StartsWith("| `--", StringComparison.Ordinal)).SelectMany(static line => Named().Matches(line.Split(" | ")[0]).Select(static m => m.Value))];
    }

    [GeneratedRegex(@"^  ([a-z]+)\b.*  ", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"^### ([A-Za-z ]+)$", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^  (?:-\w, )*(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Option();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Named();

    [GeneratedRegex("""(?:Line|Write)\("([a-zA-Z]+)", (?:json|writer|static _) =>""")]
    private static partial Regex Written();
}
