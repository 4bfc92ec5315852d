using System.Text;
using System.Text.Json;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Cli;

/// <summary>Two programs that use one identity, one name, one catalogue or one beginning at the same time.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliTwoProgramsTests
{
    private const int Size = 3_000_000;

    private Folder _folder = null!;

    private string Inbox => Path.Combine(_folder.Outer, "received");

    private string[] Received => [.. Directory.GetFiles(Inbox, "*", new EnumerationOptions { AttributesToSkip = 0 })];

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    [Category("SEC-003")]
    public async Task Of_one_identity_each_program_sends_its_own_image_to_one_peer()
    {
        byte[][] images = [TestImage.Png(Size), TestImage.Png(Size, seed: 7)];
        await using CliProcess bob = Listen("--count", "2");
        string target = await AddressOf(bob);
        CliProcess[] senders = [.. images.Select((image, i) => Send(_folder.File($"picture{i}.png", image), target, "--max-rate", "2000000"))];
        await EndWellAsync(senders);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(Received.Order().Select(File.ReadAllBytes), Is.EqualTo(images));
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task Two_images_of_one_name_that_two_programs_receive_into_one_folder_get_a_name_each()
    {
        byte[][] images = [TestImage.Png(Size), TestImage.Png(Size, seed: 7)];
        await using CliProcess one = Listen("--count", "1");
        await using CliProcess two = Listen("--count", "1");
        string[] targets = [await AddressOf(one), await AddressOf(two)];
        CliProcess[] senders = [.. images.Select((image, i) => Send(FileIn($"sender{i}", "picture.png", image), targets[i], "--max-rate", "2000000"))];
        await EndWellAsync(senders);
        JsonElement[] completed = [await one.EventAsync("completed"), await two.EventAsync("completed")];
        Assert.Multiple(() =>
        {
            Assert.That(completed.Select(static c => File.ReadAllBytes(c.GetProperty("path").GetString()!)), Is.EqualTo(images), "each has the image that was sent to it");
            Assert.That(Received.Select(Path.GetFileName), Is.EquivalentTo((string[])["picture.png", "picture (2).png"]));
        });
    }

    [Test]
    [Category("FT-037")]
    [Category("SEC-003")]
    public async Task One_folder_that_two_programs_serve_is_fetched_from_by_two_of_each()
    {
        byte[] image = TestImage.Png(Size);
        _folder.File("cat.png", image);
        await using CliProcess one = Offer();
        await using CliProcess two = Offer();
        string[] places = [await AddressOf(one), await AddressOf(two)];
        CliProcess[] fetchers = [.. Enumerable.Range(0, 4).Select(i => CliProcess.Start(
            ["fetch", places[i % 2], "--identity", $"sip:alice{i}@ims.example", "--hash", TestImage.Sha1(image), "--inbox", Inbox, "--json"]))];
        await EndWellAsync(fetchers);
        Assert.That((await one.EndAsync()).Status, Is.Zero);
        Assert.That((await two.EndAsync()).Status, Is.Zero);
        Assert.That(Received.Select(File.ReadAllBytes), Is.EqualTo(Enumerable.Repeat(image, 4)), "each whole, under a name of its own, and nothing else");
    }

    [Test]
    [Category("FT-033")]
    [Category("SEC-003")]
    public async Task Of_two_programs_that_resume_one_image_at_once_one_sends_the_rest_and_one_the_whole()
    {
        byte[] image = TestImage.Png(Size);
        string picture = _folder.File("picture.png", image);
        await using CliProcess bob = Listen("--keep-partial", "--count", "3");
        string target = await AddressOf(bob);
        await using (CliProcess killed = Send(picture, target, "--max-rate", "2000000", "--resume"))
        {
            while ((await killed.EventAsync("progress")).GetProperty("bytes").GetInt64() < 1_500_000)
            {
            }

            await killed.KillAsync();
        }

        await bob.EventAsync("failed");
        CliProcess[] senders = [.. Enumerable.Range(0, 2).Select(_ => Send(picture, target, "--max-rate", "2000000", "--resume"))];
        await EndWellAsync(senders);
        CliResult listened = await bob.EndAsync();
        long[] resumed =
        [
            .. listened.Events.Where(static e => e.GetProperty("event").GetString() == "invitation").Skip(1)
                .Select(static e => e.TryGetProperty("resumesAt", out JsonElement at) ? at.GetInt64() : 0),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(resumed.Count(static at => at > 0), Is.GreaterThanOrEqualTo(1), "one at least had the rest to send");
            Assert.That(Received.Select(Path.GetFileName), Is.EquivalentTo((string[])["picture.png", "picture (2).png"]));
            Assert.That(Received.Select(File.ReadAllBytes), Is.All.EqualTo(image));
        });
    }

    [Test]
    [Category("TLS-016")]
    [Category("SEC-003")]
    public async Task Two_programs_with_one_account_of_one_relay_send_through_it()
    {
        byte[][] images = [TestImage.Png(100_000), TestImage.Png(100_000, seed: 7)];
        await using var relay = new RelayServer(SystemNetwork.Instance);
        string trust = _folder.File("trust.pem", Encoding.UTF8.GetBytes(TestCertificates.Authority.ExportCertificatePem()));
        string[] through = ["--msrp-relay", relay.Uri.ToString(), "--user", RelayServer.User, "--password", RelayServer.Password, "--tls-trust", trust];
        await using CliProcess bob = Listen(["--count", "2", .. through]);
        string target = await AddressOf(bob);
        await EndWellAsync([.. images.Select((image, i) => Send(_folder.File($"picture{i}.png", image), target, through))]);
        Assert.That((await bob.EndAsync()).Status, Is.Zero);
        Assert.That(Received.Order().Select(File.ReadAllBytes), Is.EqualTo(images));
    }

    private static async Task EndWellAsync(CliProcess[] programs)
    {
        foreach (CliProcess program in programs)
        {
            await using CliProcess closing = program;
            CliResult ended = await program.EndAsync();
            Assert.That(ended.Status, Is.Zero, ended.Errors + string.Join('\n', ended.Lines));
        }
    }

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static CliProcess Send(string image, string target, params string[] more) =>
        CliProcess.Start(["send", image, target, "--identity", "sip:alice@ims.example", "--json", .. more]);

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--inbox", Inbox, "--accept", "auto", "--json", .. more]);

    private CliProcess Offer() =>
        CliProcess.Start(["offer", _folder.Path, "--identity", "sip:bob@ims.example", "--bind", "127.0.0.1:0", "--count", "2", "--json"]);

    private string FileIn(string folder, string name, byte[] content)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Outer, folder)).FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
