using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>Accounts that are wrong: status 2, and a line that names the member or the file, and never the password.</summary>
[TestFixture]
[Parallelizable]
public sealed class CliAccountTests
{
    private const string Secret = "hunter2hunter2";

    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("'realms' is not a member", """{ "identity": "sip:a@b.example", "realms": "x" }""")]
    [TestCase("'user' is given twice", """{ "identity": "sip:a@b.example", "user": "a", "user": "b" }""")]
    [TestCase("'identity' is missing", """{ "registrar": "sip:b.example" }""")]
    [TestCase("'identity' is not a SIP URI", """{ "identity": "alice" }""")]
    [TestCase("'registrar' is not text between quotes", """{ "identity": "sip:a@b.example", "registrar": 7 }""")]
    [TestCase("'expires' is not a number of seconds from 10 to 604800", """{ "identity": "sip:a@b.example", "expires": 5 }""")]
    [TestCase("'expires' is not a number", """{ "identity": "sip:a@b.example", "expires": "3600" }""")]
    [TestCase("'transport' is not one of auto, udp, tcp, tls", """{ "identity": "sip:a@b.example", "transport": "sctp" }""")]
    [TestCase("'instance' is not a UUID", """{ "identity": "sip:a@b.example", "instance": "mine" }""")]
    [TestCase("'bind' is not an address and port", """{ "identity": "sip:a@b.example", "bind": "here" }""")]
    [TestCase("'msrpRelay' is not an msrps URI", """{ "identity": "sip:a@b.example", "msrpRelay": ["msrp://relay.example;tcp"] }""")]
    [TestCase("'ims' is not true or false", """{ "identity": "sip:a@b.example", "ims": "yes" }""")]
    [TestCase("'profile' is not one of", """{ "identity": "sip:a@b.example", "profile": "none" }""")]
    [TestCase("'password' is not text", """{ "identity": "sip:a@b.example", "password": ["hunter2hunter2"] }""")]
    [TestCase("keep one", """{ "identity": "sip:a@b.example", "password": "hunter2hunter2", "passwordFile": "secret" }""")]
    [TestCase("missing.password could not be read: there is no such file; check the path", """{ "identity": "sip:a@b.example", "passwordFile": "missing.password" }""")]
    [TestCase("not a JSON object", "[]")]
    [TestCase("alice.json: it is not JSON from line 1, byte 1 on", "identity: sip:a@b.example")]
    [TestCase("alice.json: it is not JSON from line 1, byte ", "nhunter2hunter2")]
    [TestCase("alice.json: it is not JSON from line 1, byte 1 on", "")]
    public async Task The_member_that_is_wrong_is_named(string named, string account)
    {
        Write("secret", "other", owner: true);
        CliResult result = await CliProcess.RunAsync("register", "--account", Write("alice.json", account, owner: true));
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Errors.Trim().Split('\n'), Has.Length.EqualTo(1).And.All.Contain(named));
        Assert.That(result.Errors, Does.Not.Contain(Secret));
        result.AssertNoStackTrace();
    }

    [TestCase(false)]
    [TestCase(true)]
    [Platform(Exclude = "Win")]
    public async Task A_password_that_others_may_read_is_refused(bool ofItsOwn)
    {
        string[] arguments = ofItsOwn
            ? ["listen", "--identity", "sip:a@b.example", "--password-file", Write("secret", Secret, owner: false)]
            : ["listen", "--account", Write("secret", $$"""{ "identity": "sip:a@b.example", "password": "{{Secret}}" }""", owner: false)];
        CliResult result = await CliProcess.RunAsync(arguments);
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Errors, Does.Contain("secret contains a password").And.Contain("mode 644").And.Contain("chmod 600 secret").And.Not.Contain(Secret));
    }

    [Test]
    public async Task A_folder_is_no_account()
    {
        CliResult result = await CliProcess.RunAsync("register", "--account", _folder.Path);
        Assert.That((result.Status, result.Errors.Trim()), Is.EqualTo((2, $"{Path.GetFileName(_folder.Path)} could not be read: it is a folder.")));
    }

    // As of 'pass show alice |', or a <(...) of the shell.
    [Test]
    [Platform(Exclude = "Win")]
    public async Task A_password_may_come_from_a_pipe()
    {
        await using CliProcess process = CliProcess.Start(
            "query", "sip:bob@192.0.2.1", "--json", "--identity", "sip:a@b.example", "--bind", "127.0.0.1:0", "--password-file", "/dev/stdin");
        await process.AnswerAsync(Secret);
        CliResult result = await process.EndAsync();
        Assert.That(result.Status, Is.EqualTo(1), result.Errors);
        result.AssertFailed("PeerUnreachable");
    }

    [Test]
    public async Task An_account_without_a_password_may_be_read_by_others()
    {
        CliResult result = await CliProcess.RunAsync(
            "query", "sip:bob@192.0.2.1", "--json", "--account", Write("alice.json", """{ "identity": "sip:a@b.example", "bind": "127.0.0.1:0" }""", owner: false));
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed("PeerUnreachable");
    }

    [TestCase("--account", "listen")]
    [TestCase("--identity", "listen")]
    [TestCase("--expires", "listen --identity sip:a@b.example --expires 9")]
    [TestCase("--register", "listen --identity sip:a@b.example --register registrar")]
    [TestCase("no-such.json", "listen --account no-such.json")]
    [TestCase("empty.password", "listen --identity sip:a@b.example --password-file empty.password")]
    [TestCase("--password-file", "listen --identity sip:a@b.example --password x --password-file empty.password")]
    public async Task Wrong_usage_names_what_is_wrong(string named, string arguments)
    {
        string empty = Write("empty.password", string.Empty, owner: true);
        CliResult result = await CliProcess.RunAsync(arguments.Replace("empty.password", empty, StringComparison.Ordinal).Split(' '));
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Errors, Does.Contain(named));
        result.AssertNoStackTrace();
    }

    private string Write(string name, string text, bool owner)
    {
        string path = Path.Combine(_folder.Outer, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (owner ? UnixFileMode.None : UnixFileMode.GroupRead | UnixFileMode.OtherRead));
        }

        return path;
    }
}
