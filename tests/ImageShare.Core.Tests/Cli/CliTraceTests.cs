using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;
using ImageShare.Core.Tests.Tracing;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What the program writes with --trace FILE.pcapng.</summary>
[TestFixture]
[Parallelizable]
[Category("Cli")]
[Category("Processes")]
public sealed class CliTraceTests
{
    private Folder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new Folder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("demo", "--transport", "tcp")]
    [TestCase("demo", "--bind", "[::1]:0")]
    [TestCase("demo", "--json")]
    public async Task A_name_that_ends_in_pcapng_makes_a_file_for_Wireshark(params string[] command)
    {
        Tool.Tshark.Require();
        var file = new FileInfo(Path.Combine(_folder.Path, "share.PcapNg"));
        CliResult result = await CliProcess.RunAsync([.. command, "--trace", file.FullName]);
        Assert.That(result.Status, Is.Zero, result.Errors);
        await Dissection.AssertCleanAsync(file);
        Assert.That(await Dissection.ReadAsync(file, "sip.Method == \"BYE\" || msrp.cnt.flg == \"$\" && msrp.content.type", "frame.number"), Has.Length.EqualTo(2));
    }

    [TestCase("send")]
    [TestCase("query")]
    [TestCase("fetch")]
    public async Task Commands_that_find_nobody_have_what_they_asked_in_it(string command)
    {
        Tool.Tshark.Require();
        var file = new FileInfo(Path.Combine(_folder.Path, "share.pcapng"));
        int port = LoopbackPorts.Free();
        string picture = Path.Combine(_folder.Path, "cat.png");
        await File.WriteAllBytesAsync(picture, TestImage.Png(100));
        string[] what = command == "send" ? [picture] : [];
        string[] which = command == "fetch" ? ["--name", "cat.png", "--inbox", _folder.Path] : [];
        CliResult result = await CliProcess.RunAsync(
            [command, .. what, $"sip:bob@127.0.0.1:{port}", .. which, "--identity", "sip:alice@ims.example", "--transport", "udp", "--timeout", "1", "--trace", file.FullName]);
        Assert.That(result.Status, Is.EqualTo(1), result.Errors);
        await Dissection.AssertCleanAsync(file);
        Assert.That((await Dissection.ReadAsync(file, "udp", "udp.dstport"))[0], Is.EqualTo([$"{port}"]));
    }

    [Test]
    public async Task A_file_that_cannot_be_written_further_is_said_once_and_does_not_harm_the_share()
    {
        string full = Path.Combine(_folder.Path, "full.pcapng");
        File.CreateSymbolicLink(full, "/dev/full");
        CliResult result = await CliProcess.RunAsync("demo", "--trace", full);
        Assert.That(result.Status, Is.Zero, result.Errors);
        Assert.That(result.Errors.Split("is not complete"), Has.Length.EqualTo(2), result.Errors);
        result.AssertNoStackTrace();
    }

    [TestCase("trace.pcapng")]
    [TestCase("trace.txt")]
    public async Task A_file_in_no_folder_is_a_usage_error(string name)
    {
        CliResult result = await CliProcess.RunAsync("demo", "--trace", Path.Combine(_folder.Path, "no", name));
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Errors, Does.StartWith("--trace: ").And.Contain("Choose another file"));
    }
}
