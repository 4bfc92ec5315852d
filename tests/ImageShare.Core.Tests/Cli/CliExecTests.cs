using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary><c>listen --exec</c>: a command for each stored image.</summary>
[TestFixture]
[Category("Processes")]
[Platform(Exclude = "Win", Reason = "the commands are shell scripts")]
public sealed class CliExecTests
{
    private Folder _folder = null!;

    private string Received => Path.Combine(_folder.Outer, "received");

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task It_gets_what_is_known_of_the_image_and_no_shell_reads_it()
    {
        const string Name = "a $(touch pwned) `touch pwned`; touch pwned.png";
        string said = Path.Combine(_folder.Outer, "said");
        string script = Script($"for n in NAME PATH SENDER TYPE SIZE SHA1 VERIFIED; do eval \"printf '%s\\n' \\\"\\$IMAGESHARE_$n\\\"\"; done > '{said}.tmp'\nprintf '%s\\n' \"$@\" \"${{IMAGESHARE_PASSWORD-none}}\" >> '{said}.tmp'\nmv '{said}.tmp' '{said}'\necho done");
        byte[] image = TestImage.Png(5000);
        await using CliProcess bob = Listen("--count", "1", "--exec", script, "--json", "two words", "$HOME");
        CliResult sent = await SendAsync(await AddressOf(bob), _folder.File(Name, image));
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        JsonElement executed = await bob.EventAsync("executed");
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.Zero, listened.Errors);
        string stored = executed.GetProperty("path").GetString()!;
        Assert.Multiple(() =>
        {
            Assert.That(
                File.ReadAllLines(said),
                Is.EqualTo((string[])[Name, stored, "sip:alice@ims.example", "image/png", "5000", TestImage.Sha1(image), "1", "--json", "two words", "$HOME", "none"]));
            Assert.That(File.ReadAllBytes(stored), Is.EqualTo(image));
            Assert.That(executed.GetProperty("exitStatus").GetInt32(), Is.Zero);
            Assert.That(listened.Errors, Does.EndWith("done" + Environment.NewLine), "what it writes");
            Assert.That(Directory.GetFileSystemEntries(Environment.CurrentDirectory), Has.None.EndsWith("pwned"));
        });
    }

    [Test]
    public async Task One_that_fails_is_told_and_the_listener_goes_on()
    {
        await using CliProcess bob = Listen("--count", "2", "--exec", Script("exit 3"));
        string target = await AddressOf(bob);
        for (int i = 0; i < 2; i++)
        {
            Assert.That((await SendAsync(target, _folder.File($"{i}.png", TestImage.Png(2000 + i)))).Status, Is.Zero);
            Assert.That((await bob.EventAsync("executed")).GetProperty("exitStatus").GetInt32(), Is.EqualTo(3));
        }

        Assert.That((await bob.EndAsync()).Status, Is.EqualTo(1));
    }

    [Test]
    public async Task One_that_cannot_be_started_is_told()
    {
        string script = Script("exit 0", "#!/no/such/interpreter");
        await using CliProcess bob = Listen("--count", "1", "--exec", script);
        await SendAsync(await AddressOf(bob), _folder.File("a.png", TestImage.Png(2000)));
        JsonElement executed = await bob.EventAsync("executed");
        Assert.That(executed.TryGetProperty("exitStatus", out _), Is.False);
        Assert.That(executed.GetProperty("problem").GetString(), Does.StartWith("it could not be started"));
        Assert.That((await bob.EndAsync()).Status, Is.EqualTo(1));
    }

    [TestCase("no-such-program")]
    [TestCase("/no/such/program")]
    public async Task One_that_is_not_there_is_found_at_the_start(string program)
    {
        CliResult listened = await CliProcess.RunAsync("listen", "--identity", "sip:bob@ims.example", "--json", "--exec", program);
        Assert.That(listened.Status, Is.EqualTo(2));
        listened.AssertFailed("Usage");
        Assert.That(listened.Last.GetProperty("message").GetString(), Does.Contain(program));
    }

    [Test]
    public async Task Four_run_at_once_and_the_others_wait()
    {
        string started = Directory.CreateDirectory(Path.Combine(_folder.Outer, "started")).FullName;
        string go = Path.Combine(_folder.Outer, "go");
        await using CliProcess bob = Listen("--count", "6", "--exec", Script($"touch '{started}'/$$\nwhile [ ! -e '{go}' ]; do sleep 0.05; done"));
        for (int i = 0; i < 6; i++)
        {
            _folder.File($"{i}.png", TestImage.Png(2000 + i));
        }

        CliResult sent = await SendAsync(await AddressOf(bob), _folder.Path);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That(() => Directory.GetFiles(started), Has.Length.EqualTo(4).After(20_000, 20));
        for (int i = 0; i < 6; i++)
        {
            await bob.EventAsync("completed");
        }

        Assert.That(Directory.GetFiles(started), Has.Length.EqualTo(4));
        await File.WriteAllTextAsync(go, string.Empty);
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.Zero, listened.Errors);
        Assert.That(listened.Events.Count(static e => e.GetProperty("event").GetString() == "executed"), Is.EqualTo(6));
        Assert.That(Directory.GetFiles(started), Has.Length.EqualTo(6));
    }

    [Test]
    [Platform("Linux", Reason = "/proc")]
    public async Task Interrupted_it_leaves_no_process_behind()
    {
        string pids = Path.Combine(_folder.Outer, "pids");
        await using CliProcess bob = Listen("--exec", Script($"sleep 300 &\necho $! $$ > '{pids}.tmp'\nmv '{pids}.tmp' '{pids}'\nwait"));
        await SendAsync(await AddressOf(bob), _folder.File("a.png", TestImage.Png(2000)));
        Assert.That(() => File.Exists(pids), Is.True.After(20_000, 20));
        string[] running = (await File.ReadAllTextAsync(pids)).Split(' ', StringSplitOptions.TrimEntries);
        Assert.That(running.Select(static pid => Directory.Exists($"/proc/{pid}")), Is.EqualTo((bool[])[true, true]));
        bob.Interrupt();
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(130));
        listened.AssertNoStackTrace();
        Assert.That(() => running.Any(IsAlive), Is.False.After(10_000, 20));
    }

    [Test]
    public async Task Interrupted_it_names_the_images_whose_command_did_not_come_to_its_end()
    {
        await using CliProcess bob = Listen("--exec", Script("exec sleep 300"));
        for (int i = 0; i < 5; i++)
        {
            _folder.File($"{i}.png", TestImage.Png(2000 + i));
        }

        CliResult sent = await SendAsync(await AddressOf(bob), _folder.Path);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        for (int i = 0; i < 5; i++)
        {
            await bob.EventAsync("completed");
        }

        bob.Interrupt();
        CliResult listened = await bob.EndAsync();
        Assert.That(listened.Status, Is.EqualTo(130));
        JsonElement[] executed = [.. listened.Events.Where(static e => e.GetProperty("event").GetString() == "executed")];
        Assert.That(executed.Select(static e => Path.GetFileName(e.GetProperty("path").GetString())), Is.EquivalentTo((string[])["0.png", "1.png", "2.png", "3.png", "4.png"]));
        Assert.That(executed.Count(static e => e.GetProperty("problem").GetString()!.StartsWith("it was not run", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    // A process nobody has waited for is not alive.
    private static bool IsAlive(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Trim()[0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static Task<CliResult> SendAsync(string target, string image) => CliProcess.RunAsync("send", image, target, "--identity", "sip:alice@ims.example", "--json");

    private string Script(string text, string first = "#!/bin/sh")
    {
        string path = Path.Combine(_folder.Outer, "script");
        File.WriteAllText(path, $"{first}\n{text}\n");
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("These tests run scripts of a Unix shell.");
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--accept", "auto", "--inbox", Received, "--json", .. more]);
}
