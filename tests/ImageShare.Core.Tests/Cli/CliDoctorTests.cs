using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;
using ImageShare.Core.Tests.Net;

namespace ImageShare.Core.Tests.Cli;

/// <summary><c>doctor</c>: each step of the way to a peer, and the exit status of the worst.</summary>
[TestFixture]
public sealed class CliDoctorTests
{
    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_peer_that_takes_images_is_well()
    {
        await using CliProcess bob = Listen();
        CliResult doctor = await DoctorAsync(await AddressOf(bob));
        Assert.That(doctor.Status, Is.Zero, string.Join('\n', doctor.Lines) + doctor.Errors);
        Assert.Multiple(() =>
        {
            Assert.That(
                Verdicts(doctor),
                Is.EqualTo((string[])["name notChecked", "own address ok", "port ok", "query ok", "tags ok", "sdp ok", "msrp notChecked", "nat ok"]));
            Assert.That(Finding(doctor, "tags"), Does.Contain("+g.3gpp.iari-ref").And.Contain("+g.3gpp.app_ref"));
            Assert.That(Finding(doctor, "sdp"), Does.Contain("image/jpeg").And.Contain("TCP/MSRP"));
            Assert.That(doctor.Last.GetProperty("worst").GetString(), Is.EqualTo("notChecked"));
            Assert.That(doctor.Last.GetProperty("problems").GetInt32(), Is.Zero);
        });
    }

    [Test]
    public async Task People_read_the_same_and_what_to_do()
    {
        await using CliProcess bob = Listen();
        string target = await AddressOf(bob);
        CliResult doctor = await CliProcess.RunAsync("doctor", target, "--identity", "sip:alice@ims.example");
        string text = string.Join('\n', doctor.Lines);
        Assert.That(text, Does.Match(@"ok   query +OPTIONS was answered with 200 over UDP in \d+ ms").And.Contain("-    msrp").And.Contain("-> To check it, share a small image").And.Contain("Nothing is in the way of a share"));
        await bob.KillAsync();
        CliResult dead = await CliProcess.RunAsync("doctor", target, "--identity", "sip:alice@ims.example", "--timeout", "2", "--quiet");
        Assert.That((dead.Status, dead.Lines.Count), Is.EqualTo((1, 0)));
        Assert.That(dead.Errors, Does.StartWith("query: "));
    }

    [Test]
    public async Task Where_nobody_listens_the_port_and_the_query_say_so()
    {
        CliResult doctor = await DoctorAsync($"sip:bob@127.0.0.1:{LoopbackPorts.Free()}", "--timeout", "2");
        Assert.That(doctor.Status, Is.EqualTo(1));
        Assert.That(Verdicts(doctor), Is.EqualTo((string[])["name notChecked", "own address ok", "port warning", "query failed"]));
        Assert.That(doctor.Last.GetProperty("worst").GetString(), Is.EqualTo("failed"));
        CliResult tcp = await DoctorAsync($"sip:bob@127.0.0.1:{LoopbackPorts.Free()};transport=tcp");
        Assert.That(Verdicts(tcp), Does.Contain("port failed"));
    }

    [Test]
    public async Task An_address_that_the_own_one_cannot_reach_is_found_without_asking()
    {
        CliResult doctor = await DoctorAsync("sip:bob@192.0.2.1");
        Assert.That(doctor.Status, Is.EqualTo(1));
        Assert.That(Verdicts(doctor), Is.EqualTo((string[])["name notChecked", "own address failed"]));
        Assert.That(Checks(doctor).Last().GetProperty("advice").GetString(), Does.StartWith("Add --bind IP:0"));
    }

    [Test]
    public async Task A_port_that_does_not_speak_TLS_is_a_wrong_port()
    {
        await using CliProcess bob = Listen();
        CliResult doctor = await DoctorAsync("sips" + (await AddressOf(bob))[3..]);
        Assert.That(doctor.Status, Is.EqualTo(1));
        Assert.That(Verdicts(doctor), Does.Contain("port ok").And.Contain("certificate failed"));
        Assert.That(Finding(doctor, "certificate"), Does.Contain("does not speak TLS"));
    }

    [TestCase("127.0.0.1", true, "ok", null)]
    [TestCase("127.0.0.1", false, "failed", "not trusted")]
    [TestCase("other.example", true, "failed", "another name")]
    [TestCase("expired", true, "failed", "not valid today")]
    public async Task A_certificate_is_looked_at(string name, bool isTrusted, string verdict, string? words)
    {
        using X509Certificate2 certificate = name == "expired" ? TestCertificates.Make(TestCertificates.Authority, -20, -1, "127.0.0.1") : TestCertificates.Make(name);
        string file = _folder.File("bob.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n"));
        string trust = _folder.File("trust.pem", Encoding.ASCII.GetBytes(TestCertificates.Authority.ExportCertificatePem()));
        await using CliProcess bob = Listen("--transport", "tls", "--tls-cert", file);
        CliResult doctor = await DoctorAsync(await AddressOf(bob), isTrusted ? ["--tls-trust", trust] : []);
        Assert.That(Verdicts(doctor), Does.Contain("certificate " + verdict).And.Contain("query " + verdict), string.Join('\n', doctor.Lines));
        Assert.That(doctor.Status, Is.EqualTo(words is null ? 0 : 1));
        Assert.That(Finding(doctor, "certificate"), Does.Contain(words ?? "is trusted"));
    }

    [TestCase("Contact: <sip:bob@127.0.0.1>;+g.oma.sip-im\r\n", 3, "query notCapable", "tags notCapable", "sdp notCapable")]
    [TestCase("", 4, "query unknown", "tags unknown", "sdp unknown")]
    [TestCase("Contact: <sip:bob@127.0.0.1>;+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"\r\n", 5, "query ok", "tags ok", "sdp warning")]
    public async Task A_peer_that_answers_otherwise_has_a_status_of_its_own(string headers, int status, params string[] verdicts)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        Task answering = AnswerAsync(socket, headers, stop.Token);
        CliResult doctor = await DoctorAsync($"sip:bob@{socket.Client.LocalEndPoint};transport=udp");
        await stop.CancelAsync();
        await answering;
        Assert.That(Verdicts(doctor), Is.SupersetOf(verdicts).And.Contain("port notChecked"), string.Join('\n', doctor.Lines));
        Assert.That(doctor.Status, Is.EqualTo(status));
    }

    [TestCase("open sesame", "ok")]
    [TestCase("wrong", "failed")]
    public async Task A_registration_is_tried_and_removed(string password, string verdict)
    {
        await using var registrar = new TestRegistrar(SystemNetwork.Instance) { Password = "open sesame" };
        string[] account = ["--register", "sip:ims.example", "--proxy", registrar.Proxy().ToString(), "--user", "alice@ims.example"];
        await using CliProcess bob = Listen([.. account, "--password", "open sesame"]);
        await bob.EventAsync("registration");
        CliResult doctor = await DoctorAsync("sip:bob@ims.example", [.. account, "--password", password]);
        Assert.That(Verdicts(doctor), Does.Contain("registration " + verdict), string.Join('\n', doctor.Lines));
        Assert.That(doctor.Status, verdict == "ok" ? Is.Zero : Is.EqualTo(1));
        Assert.That(registrar.BindingsOf("alice"), Is.Empty);
    }

    [Test]
    [Category("Interop")]
    public async Task A_name_is_followed_to_its_servers()
    {
        Tool.Dnsmasq.Require();
        int port = LoopbackPorts.Free();
        await using Dnsmasq server = await Dnsmasq.StartAsync(
            "naptr-record=ims.test,10,1,S,SIP+D2T,,_sip._tcp.ims.test", $"srv-host=_sip._tcp.ims.test,bob.ims.test,{port}", "host-record=bob.ims.test,127.0.0.1");
        await using CliProcess bob = Listen("--bind", $"127.0.0.1:{port}");
        await AddressOf(bob);
        CliResult doctor = await DoctorAsync("sip:bob@ims.test", "--name-server", $"{server.EndPoint}");
        Assert.That(doctor.Status, Is.Zero, () => string.Join('\n', doctor.Lines) + server.Log);
        Assert.That(Finding(doctor, "name"), Does.Contain($"127.0.0.1:{port} by its SRV records"));
        CliResult unknown = await DoctorAsync("sip:bob@nobody.test", "--name-server", $"{server.EndPoint}");
        Assert.That(unknown.Status, Is.EqualTo(1));
        Assert.That(Verdicts(unknown), Is.EqualTo((string[])["name failed", "own address ok"]));
    }

    private static string[] Verdicts(CliResult doctor) =>
        [.. Checks(doctor).Select(static check => $"{check.GetProperty("step").GetString()} {check.GetProperty("verdict").GetString()}")];

    private static string Finding(CliResult doctor, string step) =>
        Checks(doctor).Single(check => check.GetProperty("step").GetString() == step).GetProperty("finding").GetString()!;

    private static IEnumerable<JsonElement> Checks(CliResult doctor) => doctor.Events.Where(static e => e.GetProperty("event").GetString() == "check");

    private static Task<CliResult> DoctorAsync(string target, params string[] more) =>
        CliProcess.RunAsync(["doctor", target, "--identity", "sip:alice@ims.example", "--json", .. more]);

    private static async Task<string> AddressOf(CliProcess listener) => (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;

    private static async Task AnswerAsync(UdpClient socket, string headers, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                UdpReceiveResult datagram = await socket.ReceiveAsync(stop);
                string[] lines = [.. Encoding.UTF8.GetString(datagram.Buffer).Split("\r\n").Where(static line => line.Split(':')[0] is "Via" or "From" or "Call-ID" or "CSeq")];
                string to = Encoding.UTF8.GetString(datagram.Buffer).Split("\r\n").Single(static line => line.StartsWith("To:", StringComparison.Ordinal));
                string answer = $"SIP/2.0 200 OK\r\n{string.Join("\r\n", lines)}\r\n{to};tag=1\r\n{headers}Content-Length: 0\r\n\r\n";
                await socket.SendAsync(Encoding.UTF8.GetBytes(answer), datagram.RemoteEndPoint, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private CliProcess Listen(params string[] more) =>
        CliProcess.Start(["listen", "--identity", "sip:bob@ims.example", "--inbox", Path.Combine(_folder.Outer, "received"), "--json", .. more]);
}
