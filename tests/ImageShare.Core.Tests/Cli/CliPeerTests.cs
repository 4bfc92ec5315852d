using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;

namespace ImageShare.Core.Tests.Cli;

/// <summary>Peers that cannot share images, and peers that are not there.</summary>
[TestFixture]
[Category("Processes")]
public sealed class CliPeerTests
{
    [TestCase("query", true)]
    [TestCase("query", false)]
    [TestCase("send", true)]
    [TestCase("send", false)]
    public async Task A_peer_that_cannot_share_images_and_one_that_does_not_say_have_a_status_of_their_own(string command, bool says)
    {
        using var folder = new Folder();
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        Task answering = AnswerOptionsAsync(socket, says ? "Contact: <sip:bob@127.0.0.1>;+g.oma.sip-im\r\n" : string.Empty, stop.Token);

        string target = $"sip:bob@{socket.Client.LocalEndPoint}";
        string[] arguments = command == "query" ? ["query", target] : ["send", Picture(folder), target];
        CliResult result = await CliProcess.RunAsync([.. arguments, "--identity", "sip:alice@ims.example", "--json"]);
        await stop.CancelAsync();
        await answering;

        Assert.That(result.Status, Is.EqualTo(says ? 3 : 4), result.Errors);
        if (command == "query")
        {
            Assert.That(result.Last.GetProperty("imageShare").ToString(), Is.EqualTo(says ? "False" : string.Empty));
            Assert.That(result.Last.GetProperty("support").GetString(), Is.EqualTo(says ? "no" : "unknown"));
        }
        else
        {
            result.AssertFailed(says ? "NotCapable" : "CapabilityUnknown");
            Assert.That(result.Last.GetProperty("message").GetString(), says ? Does.Not.Contain("--no-query") : Does.Contain("--no-query"));
        }
    }

    [TestCase("480 Temporarily Unavailable", "unregistered", "is not reachable now")]
    [TestCase("404 Not Found", "unknown", "is not known to its provider (404): check the address")]
    [TestCase("604 Does Not Exist Anywhere", "unknown", "is not known")]
    [TestCase("403 Forbidden", "refusing", "refuses")]
    [TestCase("603 Decline", "refusing", "refuses")]
    [TestCase("500 Server Internal Error", "unavailable", "could not be asked")]
    [TestCase("501 Not Implemented", "reached", "cannot share images (it answered 501)")]
    [Category("IS-012")]
    public async Task A_peer_that_is_not_there_not_known_or_not_willing_is_told_apart(string status, string peer, string words)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        Task answering = AnswerOptionsAsync(socket, string.Empty, stop.Token, status);
        string[] arguments = ["query", $"sip:bob@{socket.Client.LocalEndPoint}", "--identity", "sip:alice@ims.example", "--once"];
        CliResult result = await CliProcess.RunAsync([.. arguments, "--json"]);
        CliResult people = await CliProcess.RunAsync(arguments);
        await stop.CancelAsync();
        await answering;
        Assert.Multiple(() =>
        {
            Assert.That((result.Status, people.Status), Is.EqualTo((3, 3)), result.Errors + people.Errors);
            Assert.That(result.Last.GetProperty("peer").GetString(), Is.EqualTo(peer));
            Assert.That(string.Join(' ', people.Lines), Does.Contain(words).And.Contain(status[..3]));
        });
    }

    [Test]
    public async Task A_peer_that_does_not_say_is_invited_when_nobody_asks()
    {
        using var folder = new Folder();
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Task<string> first = Task.Run(async () =>
        {
            UdpReceiveResult datagram = await socket.ReceiveAsync();
            await socket.SendAsync(Encoding.UTF8.GetBytes(Response(Encoding.UTF8.GetString(datagram.Buffer), "486 Busy Here", string.Empty)), datagram.RemoteEndPoint);
            return Encoding.UTF8.GetString(datagram.Buffer);
        });
        Task<CliResult> running = CliProcess.RunAsync(
            "send", Picture(folder), $"sip:bob@{socket.Client.LocalEndPoint}", "--identity", "sip:alice@ims.example", "--transport", "udp", "--no-query", "--json");
        Assert.That(await first.WaitAsync(TimeSpan.FromSeconds(60)), Does.StartWith("INVITE "));
        CliResult result = await running;
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed("Busy");
    }

    [TestCase("query")]
    [TestCase("send")]
    public async Task A_peer_that_has_moved_is_named_with_its_new_address(string command)
    {
        using var folder = new Folder();
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        Task answering = AnswerOptionsAsync(socket, "Contact: <sip:bob@192.0.2.9>\r\n", stop.Token, "302 Moved Temporarily");
        string target = $"sip:bob@{socket.Client.LocalEndPoint}";
        string[] arguments = [.. command == "query" ? (string[])["query", target] : ["send", Picture(folder), target], "--identity", "sip:alice@ims.example"];
        CliResult result = await CliProcess.RunAsync([.. arguments, "--json"]);
        CliResult people = await CliProcess.RunAsync(arguments);
        await stop.CancelAsync();
        await answering;
        Assert.That((result.Status, people.Status), Is.EqualTo(command == "query" ? (4, 4) : (1, 1)), result.Errors);
        Assert.That(result.Last.GetProperty("message").GetString(), Does.Contain("sip:bob@192.0.2.9"));
        Assert.That((string.Join(" ", people.Lines) + people.Errors).ReplaceLineEndings(" "), Does.Contain("sip:bob@192.0.2.9"));
        if (command == "query")
        {
            Assert.That(result.Last.GetProperty("redirectedTo")[0].GetString(), Is.EqualTo("sip:bob@192.0.2.9"));
            Assert.That(result.Last.GetProperty("support").GetString(), Is.EqualTo("unknown"));
        }
        else
        {
            result.AssertFailed("Redirected");
        }
    }

    [Test]
    public async Task What_could_not_be_read_is_in_the_trace_with_the_reason_and_can_be_inspected()
    {
        using var folder = new Folder();
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        Task answering = AnswerOptionsAsync(socket, "Content-Length: x\r\n", stop.Token);
        string trace = Path.Combine(folder.Path, "trace");
        CliResult result = await CliProcess.RunAsync(
            "query", $"sip:bob@{socket.Client.LocalEndPoint}", "--identity", "sip:alice@ims.example", "--transport", "udp", "--timeout", "3", "--trace", trace, "--json");
        await stop.CancelAsync();
        await answering;
        Assert.That(result.Status, Is.EqualTo(1), result.Errors);
        string written = await File.ReadAllTextAsync(trace);
        Assert.That(written, Does.Match("<<< SIP/UDP \\S+ from \\S+, not read: BadContentLength at byte [0-9]+, time \\S+, bytes [0-9]+\r\nSIP/2.0 200 OK\r\n"));
        CliResult inspected = await CliProcess.RunAsync("inspect", trace, "--json");
        Assert.That(inspected.Lines.Select(CliResult.Parse).Select(static f => f.GetProperty("valid").GetBoolean()).Distinct(), Is.EquivalentTo([true, false]));
    }

    [TestCase("query")]
    [TestCase("send")]
    public async Task Nobody_there_fails_with_a_sentence(string command)
    {
        using var folder = new Folder();
        string target = $"sip:bob@127.0.0.1:{LoopbackPorts.Free()};transport=tcp";
        string[] arguments = command == "query" ? ["query", target] : ["send", Picture(folder), target];
        CliResult result = await CliProcess.RunAsync([.. arguments, "--identity", "sip:alice@ims.example", "--json"]);
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed("PeerUnreachable");
    }

    [Test]
    public async Task People_are_told_on_standard_error()
    {
        CliResult result = await CliProcess.RunAsync("query", "sip:bob@127.0.0.1:" + LoopbackPorts.Free(), "--transport", "tcp", "--identity", "sip:alice@ims.example");
        Assert.That(result.Status, Is.EqualTo(1));
        Assert.That(result.Errors.Trim().Split('\n'), Has.Length.EqualTo(1));
        result.AssertNoStackTrace();
    }

    [Test]
    public async Task Another_machine_is_not_reached_from_loopback_and_the_option_is_named()
    {
        CliResult result = await CliProcess.RunAsync("query", "sip:bob@192.0.2.1", "--identity", "sip:alice@ims.example", "--json");
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed("PeerUnreachable");
        Assert.That(result.Last.GetProperty("message").GetString(), Does.Contain("--bind"));
    }

    [Test]
    public async Task A_port_in_use_fails()
    {
        using var taken = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        CliResult result = await CliProcess.RunAsync("listen", "--identity", "sip:bob@ims.example", "--bind", taken.Client.LocalEndPoint!.ToString()!, "--json");
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed("AddressInUse");
    }

    [TestCase("missing.png", "FileNotFound")]
    [TestCase("empty.png", "SourceUnreadable")]
    [TestCase("notes.txt", "TypeNotAccepted")]
    public async Task What_is_no_image_is_not_sent(string name, string error)
    {
        using var folder = new Folder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "empty.png"), string.Empty);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "notes.txt"), "words");
        CliResult result = await CliProcess.RunAsync(
            "send", Path.Combine(folder.Path, name), "sip:bob@127.0.0.1:9", "--identity", "sip:alice@ims.example", "--json");
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertFailed(error);
    }

    // A phone that knows OPTIONS and nothing of image share: 200 with nothing in it.
    private static string Response(string request, string status, string rows)
    {
        string[] kept = [.. request.Split("\r\n").Where(l => l.StartsWith("Via:", StringComparison.Ordinal) || l.StartsWith("From:", StringComparison.Ordinal)
            || l.StartsWith("Call-ID:", StringComparison.Ordinal) || l.StartsWith("CSeq:", StringComparison.Ordinal))];
        string to = request.Split("\r\n").First(l => l.StartsWith("To:", StringComparison.Ordinal)) + ";tag=phone12345678";
        return string.Join("\r\n", (string[])[$"SIP/2.0 {status}", .. kept, to, rows + "Content-Length: 0", string.Empty, string.Empty]);
    }

    private static async Task AnswerOptionsAsync(UdpClient socket, string rows, CancellationToken stop, string status = "200 OK")
    {
        try
        {
            while (true)
            {
                UdpReceiveResult datagram = await socket.ReceiveAsync(stop);
                string request = Encoding.UTF8.GetString(datagram.Buffer);
                if (!request.StartsWith("OPTIONS ", StringComparison.Ordinal))
                {
                    continue;
                }

                await socket.SendAsync(Encoding.UTF8.GetBytes(Response(request, status, rows)), datagram.RemoteEndPoint, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static string Picture(Folder folder)
    {
        string path = Path.Combine(folder.Path, "picture.png");
        File.WriteAllBytes(path, [0x89, .. "PNG\r\n"u8, 0x1A, .. "\nand so on"u8]);
        return path;
    }
}
