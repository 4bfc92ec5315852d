using System.Buffers;
using System.Collections;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Net;

/// <summary>TLS on open connections, over memory and over sockets.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable]
public sealed class TlsEndpointTests(bool loopback)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private INetwork _network = null!;
    private IStreamListener _listener = null!;
    private IStreamConnection _client = null!;
    private IStreamConnection _server = null!;

    private static TlsOptions Trusting => new() { TrustedRoots = [TestCertificates.Authority] };

    [SetUp]
    public async Task Connect()
    {
        _network = loopback ? SystemNetwork.Instance : new InMemoryNetwork();
        _listener = _network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _client = await _network.ConnectAsync(_listener.LocalEndPoint, CancellationToken.None);
        _server = (await _listener.AcceptAsync(CancellationToken.None))!;
    }

    [TearDown]
    public async Task Close()
    {
        _client.Abort();
        _server.Abort();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Test]
    public async Task Octets_pass_both_ways_and_the_end_is_orderly()
    {
        (TlsConnection client, TlsConnection server) = await ShakeHandsAsync(Trusting, "a.example", new TlsOptions { Certificate = TestCertificates.Make("a.example") });
        byte[] image = new byte[3_000_000];
        new Random(1).NextBytes(image);
        Task sending = SendAndCloseAsync(client, image);
        Assert.That(await ReadToEndAsync(server), Is.EqualTo(image));
        await server.DisposeAsync().AsTask().WaitAsync(Patience);
        await sending.WaitAsync(Patience);
        Assert.Multiple(() =>
        {
            Assert.That(server.ServerName, Is.EqualTo("a.example"));
            Assert.That(client.RemoteEndPoint, Is.EqualTo(_listener.LocalEndPoint));
            Assert.That(client.Version, Is.AnyOf(SslProtocols.Tls12, SslProtocols.Tls13));
        });
    }

    [Test]
    public async Task A_slow_reader_holds_the_writer_up()
    {
        (TlsConnection client, TlsConnection server) = await ShakeHandsAsync(Trusting, "a.example", new TlsOptions { Certificate = TestCertificates.Make("a.example") });
        byte[] image = new byte[64_000_000];
        Task sending = SendAndCloseAsync(client, image);
        ReadResult first = await server.Input.ReadAsync().AsTask().WaitAsync(Patience);
        server.Input.AdvanceTo(first.Buffer.Start, first.Buffer.Start);
        Assert.That(sending.IsCompleted, Is.False, "64 MB fit into no window");
        Assert.That((await ReadToEndAsync(server)).Length, Is.EqualTo(image.Length));
        await server.DisposeAsync().AsTask().WaitAsync(Patience);
        await sending.WaitAsync(Patience);
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    [Category("SIPT-011")]
    public async Task The_versions_of_today_are_spoken(SslProtocols version)
    {
        (TlsConnection client, TlsConnection server) = await ShakeHandsAsync(
            Trusting, "a.example", new TlsOptions { Certificate = TestCertificates.Make("a.example"), Protocols = version });
        Assert.That((client.Version, server.Version), Is.EqualTo((version, version)));
        await Task.WhenAll(client.DisposeAsync().AsTask(), server.DisposeAsync().AsTask()).WaitAsync(Patience);
    }

    [TestCase((ushort)0x0303, TlsHello.Handshake)]
    [TestCase((ushort)0x0302, TlsHello.Alert)]
    [TestCase((ushort)0x0301, TlsHello.Alert)]
    [Category("SIPT-011")]
    public async Task A_client_of_yesterday_is_sent_away(ushort version, byte answer)
    {
        using var stop = new CancellationTokenSource();
        var options = new TlsOptions { Certificate = TestCertificates.Make("a.example") };
        Task<TlsConnection> accepting = new TlsEndpoint(options).AcceptAsync(_server, false, TlsTrust.ForClient(options), stop.Token).AsTask();
        await _client.Output.WriteAsync(TlsHello.Client(version));
        byte[] record = await ReadSomeAsync(_client, 7);
        Assert.That(record[0], Is.EqualTo(answer));
        if (answer == TlsHello.Alert)
        {
            Assert.That(record[6], Is.EqualTo(TlsHello.ProtocolVersion));
            await AssertFailsAsync(accepting, ImageShareError.PeerUnreachable, "TLS 1.2 or later");
        }
        else
        {
            await stop.CancelAsync();
            await Assert.ThatAsync(() => accepting.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
        }
    }

    [TestCase((ushort)0x0302)]
    [TestCase((ushort)0x0301)]
    [Category("SIPT-011")]
    public async Task A_server_of_yesterday_is_left(ushort version)
    {
        Task<TlsConnection> connecting = new TlsEndpoint(Trusting).ConnectAsync(_client, "a.example", TlsTrust.ForServer(Trusting, "a.example", "sip"), CancellationToken.None).AsTask();
        await ReadSomeAsync(_server, 1);
        await _server.Output.WriteAsync(TlsHello.Server(version));
        await AssertFailsAsync(connecting, ImageShareError.PeerUnreachable, "TLS 1.2 or later");
        Assert.That(((AuthenticationException)(await FailureOfAsync(connecting)).InnerException!).InnerException!.ToString(), Does.Contain("protocol").IgnoreCase);
    }

    [Test]
    [Category("SIPT-011")]
    public void Nothing_older_can_be_asked_for()
    {
#pragma warning disable SYSLIB0039, CA5397 // The old versions are what this test is about.
        foreach (SslProtocols version in (SslProtocols[])[SslProtocols.Tls11, SslProtocols.Tls11 | SslProtocols.Tls12, SslProtocols.Tls, SslProtocols.None])
        {
            Assert.That(() => new TlsOptions { Protocols = version }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
#pragma warning restore SYSLIB0039, CA5397
    }

    private static IEnumerable BadServers()
    {
        yield return new TestCaseData(TestCertificates.Make("b.example"), "not for a.example but for b.example").SetName("wrong name");
        yield return new TestCaseData(TestCertificates.Make("*.example"), "not for a.example").SetName("wildcard");
        yield return new TestCaseData(TestCertificates.Make(), "no host at all").SetName("no name");
        yield return new TestCaseData(TestCertificates.Make(TestCertificates.Authority, -20, -10, "a.example"), "valid from").SetName("expired");
        yield return new TestCaseData(TestCertificates.Make(TestCertificates.Authority, 10, 20, "a.example"), "valid from").SetName("not yet valid");
        yield return new TestCaseData(TestCertificates.Make(TestCertificates.Stranger, -1, 10, "a.example"), "trusted roots").SetName("untrusted authority");
        yield return new TestCaseData(TestCertificates.Make(null, -1, 10, "a.example"), "trusted roots").SetName("self-signed");
    }

    [TestCaseSource(nameof(BadServers))]
    [Category("SIPT-010")]
    public async Task A_server_that_is_not_who_it_should_be_is_refused(X509Certificate2 certificate, string reason)
    {
        (Task<TlsConnection> connecting, Task<TlsConnection> accepting) = Begin(Trusting, "a.example", new TlsOptions { Certificate = certificate });
        await AssertFailsAsync(connecting, ImageShareError.CertificateNotTrusted, reason);
        await AssertServerSeesTheEndAsync(accepting);
    }

    [Test]
    [Category("SIPT-010")]
    public async Task By_default_only_the_machine_is_asked_whom_to_trust()
    {
        (Task<TlsConnection> connecting, Task<TlsConnection> accepting) =
            Begin(TlsOptions.Default, "a.example", new TlsOptions { Certificate = TestCertificates.Make("a.example") });
        await AssertFailsAsync(connecting, ImageShareError.CertificateNotTrusted, "trusted roots");
        await AssertServerSeesTheEndAsync(accepting);
    }

    [Test]
    public async Task A_single_certificate_can_be_trusted()
    {
        X509Certificate2 certificate = TestCertificates.Make(null, -1, 10, "a.example");
        var options = new TlsOptions { TrustedRoots = [certificate] };
        (TlsConnection client, TlsConnection server) = await ShakeHandsAsync(options, "a.example", new TlsOptions { Certificate = certificate });
        Assert.That(client.PeerCertificate!.Thumbprint, Is.EqualTo(certificate.Thumbprint));
        await Task.WhenAll(client.DisposeAsync().AsTask(), server.DisposeAsync().AsTask()).WaitAsync(Patience);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_application_may_decide_and_is_told_the_faults(bool accepts)
    {
        SslPolicyErrors? told = null;
        var options = new TlsOptions
        {
            Validation = (_, _, _, errors) =>
            {
                told = errors;
                return accepts;
            },
        };
        (Task<TlsConnection> connecting, Task<TlsConnection> accepting) =
            Begin(options, "a.example", new TlsOptions { Certificate = TestCertificates.Make(null, -1, 10, "b.example") });
        if (accepts)
        {
            await (await connecting.WaitAsync(Patience)).DisposeAsync();
        }
        else
        {
            await AssertFailsAsync(connecting, ImageShareError.CertificateNotTrusted, "a.example");
        }

        await AssertServerSeesTheEndAsync(accepting);
        Assert.That(told, Is.EqualTo(SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch));
    }

    [Test]
    public async Task A_client_shows_its_certificate_when_asked()
    {
        X509Certificate2 certificate = TestCertificates.Make("alice.example");
        (TlsConnection client, TlsConnection server) = await ShakeHandsAsync(
            Trusting with { Certificate = certificate }, "a.example", Trusting with { Certificate = TestCertificates.Make("a.example"), RequireClientCertificate = true });
        Assert.That(server.PeerCertificate!.Thumbprint, Is.EqualTo(certificate.Thumbprint));
        await Task.WhenAll(client.DisposeAsync().AsTask(), server.DisposeAsync().AsTask()).WaitAsync(Patience);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_client_without_the_certificate_that_is_required_is_refused(bool showsBadOne)
    {
        TlsOptions client = showsBadOne ? Trusting with { Certificate = TestCertificates.Make(TestCertificates.Stranger, -1, 10, "alice.example") } : Trusting;
        (Task<TlsConnection> connecting, Task<TlsConnection> accepting) =
            Begin(client, "a.example", Trusting with { Certificate = TestCertificates.Make("a.example"), RequireClientCertificate = true });
        await AssertFailsAsync(accepting, ImageShareError.CertificateNotTrusted, showsBadOne ? "trusted roots" : "presented none");
        await AssertServerSeesTheEndAsync(connecting);
    }

    [TestCase("OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n\r\n")]
    [TestCase("\r\n\r\n\r\n\r\n\r\n\r\n")]
    public async Task Plain_text_before_the_handshake_ends_it(string text)
    {
        var options = new TlsOptions { Certificate = TestCertificates.Make("a.example") };
        Task<TlsConnection> accepting = new TlsEndpoint(options).AcceptAsync(_server, false, TlsTrust.ForClient(options), CancellationToken.None).AsTask();
        await _client.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        await AssertFailsAsync(accepting, ImageShareError.PeerUnreachable, "TLS");
    }

    [Test]
    public async Task Plain_text_from_the_server_ends_it_too()
    {
        Task<TlsConnection> connecting = new TlsEndpoint(Trusting).ConnectAsync(_client, "a.example", TlsTrust.ForServer(Trusting, "a.example", "sip"), CancellationToken.None).AsTask();
        await _server.Output.WriteAsync("SIP/2.0 400 Bad Request\r\n\r\n"u8.ToArray());
        await AssertFailsAsync(connecting, ImageShareError.PeerUnreachable, "check that the port speaks TLS");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_peer_that_leaves_in_the_middle_is_told_from_one_that_waits(bool resets)
    {
        Task<TlsConnection> connecting = new TlsEndpoint(Trusting).ConnectAsync(_client, "a.example", TlsTrust.ForServer(Trusting, "a.example", "sip"), CancellationToken.None).AsTask();
        await ReadSomeAsync(_server, 1);
        if (resets)
        {
            _server.Abort();
        }
        else
        {
            await _server.Input.CompleteAsync();
            await _server.DisposeAsync();
        }

        await AssertFailsAsync(connecting, ImageShareError.PeerUnreachable, "check that the port speaks TLS");
    }

    [Test]
    public async Task A_handshake_that_never_ends_ends_by_its_token()
    {
        using var patience = new CancellationTokenSource();
        Task<TlsConnection> connecting = new TlsEndpoint(Trusting).ConnectAsync(_client, "a.example", TlsTrust.ForServer(Trusting, "a.example", "sip"), patience.Token).AsTask();
        await ReadSomeAsync(_server, 1);
        await patience.CancelAsync();
        await Assert.ThatAsync(() => connecting.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
        await Assert.ThatAsync(() => ReadSomeAsync(_server, int.MaxValue), Throws.InstanceOf<IOException>().Or.InstanceOf<EndOfStreamException>());
    }

    [Test]
    public async Task An_aborted_connection_ends_what_waits_on_it()
    {
        (TlsConnection client, TlsConnection server) = await ShakeHandsAsync(Trusting, "a.example", new TlsOptions { Certificate = TestCertificates.Make("a.example") });
        Task<ReadResult> reading = server.Input.ReadAsync().AsTask();
        server.Abort();
        await Assert.ThatAsync(() => reading.WaitAsync(Patience), Throws.InstanceOf<IOException>());
        await Assert.ThatAsync(() => ReadToEndAsync(client), Throws.InstanceOf<IOException>());
        await server.DisposeAsync().AsTask().WaitAsync(Patience);
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Test]
    public void A_certificate_needs_its_key()
    {
        using X509Certificate2 half = X509CertificateLoader.LoadCertificate(TestCertificates.Loopback.Export(X509ContentType.Cert));
        Assert.That(() => new TlsOptions { Certificate = half }, Throws.ArgumentException.With.Message.Contains("private key"));
    }

    private (Task<TlsConnection> Connecting, Task<TlsConnection> Accepting) Begin(TlsOptions client, string name, TlsOptions server) =>
        (new TlsEndpoint(client).ConnectAsync(_client, name, TlsTrust.ForServer(client, name, "sip"), CancellationToken.None).AsTask(),
            new TlsEndpoint(server).AcceptAsync(_server, server.RequireClientCertificate, TlsTrust.ForClient(server), CancellationToken.None).AsTask());

    private async Task<(TlsConnection Client, TlsConnection Server)> ShakeHandsAsync(TlsOptions client, string name, TlsOptions server)
    {
        (Task<TlsConnection> connecting, Task<TlsConnection> accepting) = Begin(client, name, server);
        return (await connecting.WaitAsync(Patience), await accepting.WaitAsync(Patience));
    }

    private static async Task AssertFailsAsync(Task<TlsConnection> handshake, ImageShareError error, string message)
    {
        ImageShareException failure = await FailureOfAsync(handshake);
        Assert.That(failure.Error, Is.EqualTo(error), failure.Message);
        Assert.That(failure.Message, Does.Contain(message));
    }

    private static async Task<ImageShareException> FailureOfAsync(Task<TlsConnection> handshake)
    {
        try
        {
            await handshake.WaitAsync(Patience);
        }
        catch (ImageShareException e)
        {
            return e;
        }

        throw new AssertionException("The handshake succeeded.");
    }

    // In TLS 1.3 one side may have finished when the other refuses: it sees the end when it reads.
    private static async Task AssertServerSeesTheEndAsync(Task<TlsConnection> handshake)
    {
        try
        {
            TlsConnection connection = await handshake.WaitAsync(Patience);
            Assert.That(await ReadToEndAsync(connection), Is.Empty);
            await connection.DisposeAsync();
        }
        catch (Exception e) when (e is ImageShareException or IOException)
        {
            // Told in the handshake, or by an alert after it.
        }
    }

    private static async Task SendAndCloseAsync(TlsConnection connection, byte[] octets)
    {
        await connection.Output.WriteAsync(octets);
        await connection.DisposeAsync();
    }

    private static async Task<byte[]> ReadToEndAsync(IStreamConnection connection)
    {
        var octets = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync().AsTask().WaitAsync(Patience);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                octets.Write(segment.Span);
            }

            connection.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return octets.WrittenSpan.ToArray();
            }
        }
    }

    private static async Task<byte[]> ReadSomeAsync(IStreamConnection connection, int least)
    {
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync().AsTask().WaitAsync(Patience);
            byte[] octets = read.Buffer.ToArray();
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (octets.Length >= least)
            {
                return octets;
            }

            if (read.IsCompleted)
            {
                throw new EndOfStreamException();
            }
        }
    }
}
