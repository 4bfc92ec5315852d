using System.Text.Json;
using System.Text.RegularExpressions;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What is wrong from the start is said at the start, and the help says how it is right.</summary>
[TestFixture]
public sealed class CliStartTests
{
    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("listen --identity sip:bob@ims.example")]
    [TestCase("fetch sip:bob@127.0.0.1:9 --name cat.png --identity sip:alice@ims.example")]
    public async Task A_folder_that_cannot_be_written_is_found_at_the_start(string command)
    {
        string inbox = _folder.File("file", "not a folder"u8);
        CliResult result = await CliProcess.RunAsync([.. command.Split(' '), "--inbox", Path.Combine(inbox, "inbox"), "--json"]);
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed("StoreNotWritable");
        Assert.That(result.Last.GetProperty("message").GetString(), Does.Contain("--inbox"));
        Assert.That(result.Lines, Has.Count.EqualTo(1), "nothing else is begun");
    }

    [Test]
    public async Task A_folder_that_can_be_made_is_not_touched_before_an_image_comes_by_any_program_that_begins()
    {
        string inbox = Path.Combine(_folder.Path, "a", "b");
        CliProcess[] programs = [.. Enumerable.Range(0, 4).Select(_ => CliProcess.Start("listen", "--identity", "sip:bob@ims.example", "--inbox", inbox, "--json"))];
        try
        {
            foreach (CliProcess program in programs)
            {
                await program.EventAsync("listening");
            }

            Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
        }
        finally
        {
            foreach (CliProcess program in programs)
            {
                await program.DisposeAsync();
            }
        }
    }

    [TestCase("listen", "--transport", "tls")]
    [TestCase("listen", "--tls-port", "5061")]
    [TestCase("offer .", "--transport", "tls")]
    public async Task TLS_without_a_certificate_is_refused(string command, params string[] options)
    {
        CliResult result = await CliProcess.RunAsync([.. command.Split(' '), "--identity", "sip:bob@ims.example", .. options, "--json"]);
        Assert.That(result.Status, Is.EqualTo(2));
        result.AssertFailed("Usage");
        Assert.That(result.Last.GetProperty("message").GetString(), Does.Contain("--tls-cert"));
    }

    [TestCase("demo")]
    [TestCase("listen")]
    [TestCase("query")]
    [TestCase("send")]
    [TestCase("offer")]
    [TestCase("fetch")]
    [TestCase("register")]
    [TestCase("doctor")]
    [TestCase("inspect")]
    [TestCase("ladder")]
    [TestCase("completion")]
    public async Task The_help_of_a_command_has_groups_and_an_example_that_parses(string command)
    {
        string[] help = [.. (await CliProcess.RunAsync(command, "--help")).Lines];
        Assert.That(help, Does.Contain("Usage:").And.Contain("Output:"));
        Assert.That(help, Is.All.Length.LessThanOrEqualTo(100));

        // Long ones go on in the next line, behind a backslash.
        string[] lines = Regex.Replace(string.Join('\n', help), @"\\\n +", string.Empty).Split('\n');
        string[] examples = [.. lines.Where(static line => line.StartsWith("  $ imageshare ", StringComparison.Ordinal)).Select(static line => line["  $ imageshare ".Length..])];
        Assert.That(examples, Is.Not.Empty.And.All.StartsWith(command));
        foreach (string example in examples.Where(static e => !e.StartsWith("demo", StringComparison.Ordinal)))
        {
            // One thing is made wrong, and nothing else is said to be.
            string[] words = [.. example.Split(' ').Select(static word => word.Trim('\''))];
            if (command == "inspect")
            {
                // It takes any word for a file.
                Assert.That((await CliProcess.RunAsync(words)).Errors, Does.Contain("invite.bin").And.Contain("trace.txt").And.Contain("capture.pcapng"));
                continue;
            }

            CliResult tried = await CliProcess.RunAsync([.. words.TakeWhile(static word => word != "--exec"), "--no-such-option"]);
            Assert.That(tried.Status, Is.EqualTo(2));
            Assert.That(tried.Errors.TrimEnd().Split('\n'), Has.Length.EqualTo(2).And.Some.Contains("--no-such-option"));
        }
    }

    [Test]
    public async Task README_names_every_command()
    {
        string readme = await File.ReadAllTextAsync(Documentation.Repository.File("README.md"));
        string[] help = [.. (await CliProcess.RunAsync("--help")).Lines];
        string[] commands = [.. help.SkipWhile(static line => line != "Commands:").Skip(1).TakeWhile(static line => line.Length > 0).Where(static line => line[2] != ' ').Select(static line => line.Trim().Split(' ')[0])];
        Assert.That(commands, Has.Length.GreaterThan(8));
        Assert.That(commands.Where(command => !readme.Contains($"\n| `{command}", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task An_answer_that_comes_before_its_question_is_kept_for_it()
    {
        await using CliProcess bob = Ask("--count", "2");
        string target = await AddressOf(bob);
        await bob.AnswerAsync("n");
        await bob.AnswerAsync("y");
        Assert.That((await SendAsync(target, "first.png")).Status, Is.EqualTo(1));
        Assert.That((await SendAsync(target, "second.png")).Status, Is.Zero);
        Assert.That((await bob.EventAsync("completed")).GetProperty("name").GetString(), Is.EqualTo("second.png"));
    }

    [Test]
    public async Task A_question_that_is_over_takes_no_answer_away_from_the_next()
    {
        await using CliProcess bob = Ask("--count", "2");
        string target = await AddressOf(bob);
        await using (CliProcess alice = Start(target, "withdrawn.png"))
        {
            await bob.EventAsync("invitation");
            alice.Interrupt();
            await bob.EventAsync("failed");
        }

        // There is no question now.
        await bob.AnswerAsync("y");
        Assert.That((await SendAsync(target, "wanted.png")).Status, Is.Zero);
        Assert.That((await bob.EventAsync("completed")).GetProperty("name").GetString(), Is.EqualTo("wanted.png"));
    }

    [Test]
    public async Task An_answer_that_names_its_share_is_for_no_other()
    {
        await using CliProcess bob = Ask("--count", "2");
        string target = await AddressOf(bob);
        JsonElement first;
        await using (CliProcess alice = Start(target, "withdrawn.png"))
        {
            first = await bob.EventAsync("invitation");
            alice.Interrupt();
            await bob.EventAsync("failed");
        }

        await using CliProcess carol = Start(target, "other.png");
        JsonElement second = await bob.EventAsync("invitation");
        await bob.AnswerAsync("y " + first.GetProperty("session").GetString());
        await bob.AnswerAsync("n " + second.GetProperty("session").GetString());
        Assert.That((await carol.EndAsync()).Last.GetProperty("error").GetString(), Is.EqualTo("Declined"));
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private CliProcess Start(string target, string name) =>
        CliProcess.Start("send", _folder.File(name, TestImage.Png(3000)), target, "--identity", "sip:alice@ims.example", "--json");

    private async Task<CliResult> SendAsync(string target, string name)
    {
        await using CliProcess alice = Start(target, name);
        return await alice.EndAsync();
    }

    private CliProcess Ask(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--accept", "ask", "--inbox", Path.Combine(_folder.Outer, "received"), "--json", .. more]);
}
