using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>The program as a user of a provider: it registers, is called there, and says how it stands.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliRegisterTests
{
    private const string Password = "open sesame";

    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("udp")]
    [TestCase("tcp")]
    [Category("REG-001")]
    public async Task An_image_reaches_a_listener_by_its_identity(string transport)
    {
        byte[] image = TestImage.Png(30_000);
        await using TestRegistrar registrar = Registrar();
        await using CliProcess bob = CliProcess.Start(
            ["listen", .. As("bob", registrar, transport), "--inbox", Path.Combine(_folder.Outer, "received"), "--accept", "auto", "--count", "1", "--json"]);
        JsonElement registered = await bob.EventAsync("registration");
        Assert.Multiple(() =>
        {
            Assert.That(registered.GetProperty("status").GetString(), Is.EqualTo("registered"));
            Assert.That(registered.GetProperty("identity").GetString(), Is.EqualTo("sip:bob@ims.example"));
            Assert.That(registered.GetProperty("until").GetDateTimeOffset() - DateTimeOffset.UtcNow, Is.EqualTo(TimeSpan.FromHours(1)).Within(TimeSpan.FromMinutes(2)));
            Assert.That(registered.GetProperty("bindings")[0].GetProperty("own").GetBoolean(), Is.True);
        });
        CliResult query = await CliProcess.RunAsync(["query", "sip:bob@ims.example", .. As("alice", registrar, transport), "--json"]);
        Assert.That(query.Status, Is.Zero, query.Errors);
        Assert.That(query.Last.GetProperty("peer").GetString(), Is.EqualTo("reached"));
        CliResult sent = await CliProcess.RunAsync(["send", _folder.File("cat.png", image), "sip:bob@ims.example", .. As("alice", registrar, transport), "--json"]);
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(registrar.BindingsOf("bob").Concat(registrar.BindingsOf("alice")), Is.Empty, "removed at the end");
    }

    [Test]
    [Category("REG-001")]
    public async Task Everything_is_in_the_account()
    {
        await using TestRegistrar registrar = Registrar();
        _folder.File("cat.png", TestImage.Png(3000));
        await using CliProcess bob = CliProcess.Start("offer", _folder.Path, "--account", Account("bob", registrar), "--count", "1", "--json");
        await bob.EventAsync("registration");
        CliResult fetched = await CliProcess.RunAsync(
            "fetch", "sip:bob@ims.example", "--name", "cat.png", "--account", Account("alice", registrar), "--inbox", Path.Combine(_folder.Outer, "received"), "--json");
        Assert.That(fetched.Status, Is.Zero, fetched.Errors + string.Join('\n', fetched.Lines));
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(registrar.Registers.Select(r => r.Headers.Contacts.Single().Parameters.GetValue("expires")), Does.Contain("1800"));
    }

    [Test]
    [Category("REG-001")]
    public async Task A_registration_is_shown_with_the_bindings_of_other_programs()
    {
        await using TestRegistrar registrar = Registrar();
        registrar.Extra.AddRange([("P-Associated-URI", "<sip:bob@ims.example>, <tel:+15551234>"), ("Service-Route", $"<{registrar.Proxy()}>")]);
        await using CliProcess other = CliProcess.Start(["listen", .. As("bob", registrar), "--json"]);
        await other.EventAsync("registration");
        CliResult people = await CliProcess.RunAsync(["register", .. As("bob", registrar)]);
        Assert.That(people.Status, Is.Zero, people.Errors);
        string text = string.Join('\n', people.Lines);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Match("Registered sip:bob@ims.example until [0-9:]{8} \\(60 min\\)\\."));
            Assert.That(text, Does.Contain("  bindings  2\n").And.Contain("(this program)"));
            Assert.That(text, Does.Contain("  known as  sip:bob@ims.example tel:+15551234\n").And.Contain($"  route     {registrar.Proxy()}"));
            Assert.That(registrar.BindingsOf("bob"), Has.Length.EqualTo(1), "that of the other program is left");
        });
        CliResult programs = await CliProcess.RunAsync(["register", .. As("bob", registrar), "--json"]);
        Assert.Multiple(() =>
        {
            Assert.That(programs.Events.Select(e => e.GetProperty("status").GetString()), Is.EqualTo(["registered", "unregistered"]));
            Assert.That(programs.Events[0].GetProperty("bindings").EnumerateArray().Count(b => b.GetProperty("own").GetBoolean()), Is.EqualTo(1));
            Assert.That(programs.Events[0].GetProperty("bindingCount").GetInt32(), Is.EqualTo(2));
        });
    }

    [TestCase("register")]
    [TestCase("listen")]
    [TestCase("query sip:alice@ims.example")]
    [Category("REG-011")]
    public async Task A_wrong_password_is_said_in_words(string command)
    {
        await using TestRegistrar registrar = Registrar();
        string[] arguments = [.. command.Split(' '), .. As("bob", registrar, password: "other")];
        CliResult refused = await CliProcess.RunAsync([.. arguments, "--json"]);
        Assert.That(refused.Status, Is.EqualTo(1));
        refused.AssertFailed("AuthenticationFailed");
        Assert.That(refused.Last.GetProperty("message").GetString(), Does.Contain("check the user name"));
        CliResult people = await CliProcess.RunAsync(arguments);
        Assert.That(people.Errors.Trim().Split('\n'), Has.Length.EqualTo(1).And.All.Contain("check the user name"));
    }

    [TestCase("send cat.png sip:bob@127.0.0.1")]
    [TestCase("query sip:bob@127.0.0.1")]
    public async Task A_silent_registrar_is_waited_for_as_long_as_asked_and_the_wait_is_seen(string command)
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        CliResult unanswered = await CliProcess.RunAsync(
            [.. command.Split(' '), "--identity", "sip:alice@ims.example", "--register", $"sip:{silent.Client.LocalEndPoint}", "--transport", "udp", "--timeout", "2"]);
        Assert.That(unanswered.Status, Is.EqualTo(1));
        Assert.That(unanswered.Lines, Has.One.StartsWith("Waiting for the registrar of sip:alice@ims.example."));
        Assert.That(unanswered.Errors, Does.StartWith("The registrar did not answer within 2 s;").And.Contain("--timeout"));
    }

    [Test]
    [Category("REG-009")]
    public async Task A_listener_says_when_its_registration_is_lost()
    {
        TestRegistrar registrar = Registrar();
        registrar.SupportsOutbound = true;
        await using CliProcess json = CliProcess.Start(["listen", .. As("bob", registrar, "tcp"), "--json"]);
        await json.EventAsync("registration");
        await using CliProcess people = CliProcess.Start(["listen", .. As("carol", registrar, "tcp")]);
        await people.LineAsync("Registered sip:carol@ims.example until ");
        await registrar.DisposeAsync();
        JsonElement lost = await json.EventAsync("a lost registration", e => e.GetProperty("status").GetString() == "lost");
        Assert.That(lost.GetProperty("message").GetString(), Is.Not.Empty);
        Assert.That(lost.GetProperty("retryAt").GetDateTimeOffset(), Is.GreaterThan(DateTimeOffset.UtcNow));
        Assert.That(await people.LineAsync("sip:carol@ims.example is not registered: "), Does.Contain("Next attempt at ").Or.Contain("established again"));
    }

    [Test]
    [Category("REG-009")]
    public async Task A_listener_goes_on_when_the_registrar_cannot_register_it_yet()
    {
        await using TestRegistrar registrar = Registrar();
        registrar.Answer = (_, register, _) => SipResponse.CreateFor(register, 503, toTag: "busy");
        await using CliProcess bob = CliProcess.Start(["listen", .. As("bob", registrar)]);
        await bob.LineAsync("Listening on ");
        Assert.That(await bob.LineAsync("is not registered: "), Does.Contain("503").And.Contain("Next attempt at "));
        CliResult sent = await CliProcess.RunAsync(["send", _folder.File("cat.png", TestImage.Png(500)), "sip:bob@ims.example", .. As("alice", registrar), "--json"]);
        Assert.That(sent.Status, Is.EqualTo(1), "who does not wait fails");
        sent.AssertFailed("RegistrationRefused");
    }

    private static TestRegistrar Registrar() => new(SystemNetwork.Instance) { Password = Password };

    private string[] As(string user, TestRegistrar registrar, string transport = "udp", string password = Password) =>
    [
        "--identity", $"sip:{user}@ims.example", "--register", "sip:ims.example", "--proxy", registrar.Proxy(transport).ToString(), "--transport", transport == "udp" ? "auto" : transport,
        "--user", "alice@ims.example", "--password-file", SecretFile(password),
    ];

    private string SecretFile(string password)
    {
        string path = Path.Combine(_folder.Outer, $"{password.GetHashCode(StringComparison.Ordinal):x}.password");
        File.WriteAllText(path, password + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    private string Account(string user, TestRegistrar registrar)
    {
        string path = Path.Combine(_folder.Outer, $"{user}.json");
        File.WriteAllText(path, $$"""
            {
              "identity": "sip:{{user}}@ims.example",
              "registrar": "sip:ims.example", // the domain
              "proxy": "{{registrar.Proxy()}}",
              "user": "alice@ims.example",
              "passwordFile": "{{Path.GetFileName(SecretFile(Password))}}",
              "expires": 1800,
            }
            """);
        return path;
    }
}
