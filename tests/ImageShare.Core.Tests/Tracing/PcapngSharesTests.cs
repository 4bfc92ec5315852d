using System.Net;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Tracing;

/// <summary>Whole shares in a pcapng file, as tshark reads it.</summary>
[TestFixture]
[Category("Interop")]
public sealed class PcapngSharesTests
{
    private static readonly TlsOptions Tls = new() { Certificate = TestCertificates.Loopback, TrustedRoots = [TestCertificates.Authority] };

    private Folder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new Folder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(SipTransportChoice.Udp, "127.0.0.1")]
    [TestCase(SipTransportChoice.BySize, "127.0.0.1")]
    [TestCase(SipTransportChoice.Tcp, "::1")]
    public async Task Several_shares_in_both_directions_are_dissected_without_fault(SipTransportChoice transport, string address)
    {
        Tool.Tshark.Require();
        var file = new FileInfo(Path.Combine(_folder.Path, "share.pcapng"));
        byte[][] images = [TestImage.Png(20_000), TestImage.Png(5_000), TestImage.Png(1)];
        await using (PcapngTrace trace = PcapngTrace.Create(file.FullName))
        {
            await ShareAsync(trace, images, o => o with { Transport = transport, LocalEndPoint = new IPEndPoint(IPAddress.Parse(address), 0) });
        }

        await Dissection.AssertCleanAsync(file);
        string[][] sip = await Dissection.ReadAsync(file, "sip", "sip.Method", "sip.Status-Code", "sip.CSeq.method", "sip.Call-ID");
        string[][] invites = [.. sip.Where(m => m[0] == "INVITE")];
        Assert.That(invites, Has.Length.EqualTo(3));
        foreach (string[] invite in invites)
        {
            Assert.That(
                sip.Where(m => m[3] == invite[3] && m[1] != "100").Select(m => $"{m[0]}{m[1]} {m[2]}").Distinct(),
                Is.EqualTo(["INVITE INVITE", "180 INVITE", "200 INVITE", "ACK ACK", "BYE BYE", "200 BYE"]));
        }

        // Alice records: two images that she sends, one that she receives; each chunk has its response.
        string[][] chunks = await Dissection.ReadAsync(file, "msrp.method == \"SEND\" && msrp.content.type", "msrp.byte.range", "msrp.cnt.flg", "msrp.transaction.id");
        string[][] responses = await Dissection.ReadAsync(file, "msrp.status.code == 200", "msrp.transaction.id");
        Assert.That(chunks.Count(c => c[1] == "$"), Is.EqualTo(3));
        Assert.That(chunks.Select(c => c[0]), Is.SupersetOf(["1-2048/20000", "18433-20000/20000", "1-2048/5000", "1-1/1"]));
        Assert.That(responses.Select(r => r[0].Split('|')[0]), Is.SupersetOf(chunks.Select(c => c[2].Split('|')[0])));
        string[][] directions = await Dissection.ReadAsync(file, "msrp.content.type", "frame.p2p_dir");
        Assert.That(directions.Select(d => d[0]).Distinct(), Is.EquivalentTo(["0", "1"]));
        Assert.That(ImageIn(await File.ReadAllBytesAsync(file.FullName), images[0]), Is.False);
    }

    [Test]
    public async Task What_passed_over_TLS_is_written_as_plain_messages()
    {
        Tool.Tshark.Require();
        var file = new FileInfo(Path.Combine(_folder.Path, "tls.pcapng"));
        await using (PcapngTrace trace = PcapngTrace.Create(file.FullName))
        {
            await ShareAsync(trace, [TestImage.Png(3000)], o => o with { Transport = SipTransportChoice.Tls, SipTls = Tls, SipTlsPort = 0, MsrpSecurity = MsrpSecurity.Required, MsrpTls = Tls });
        }

        await Dissection.AssertCleanAsync(file);
        Assert.That(await Dissection.ReadAsync(file, "sip.Method == \"BYE\"", "sip.Call-ID"), Has.Length.EqualTo(1));
        Assert.That(await Dissection.ReadAsync(file, "msrp.content.type", "msrp.byte.range"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task With_bodies_the_image_and_the_icon_are_in_the_file()
    {
        Tool.Tshark.Require();
        byte[] image = TestImage.Png(10_000);
        byte[] icon = TestImage.Png(700);
        int[] found = [];
        foreach (bool withBodies in (bool[])[false, true])
        {
            var file = new FileInfo(Path.Combine(_folder.Path, $"{withBodies}.pcapng"));
            await using (PcapngTrace trace = PcapngTrace.Create(file.FullName, new PcapngTraceOptions { IncludeBodies = withBodies }))
            {
                await ShareAsync(trace, [image], o => o with { TraceBodies = true }, new ShareSettings { Icon = new ImageIcon(new MediaType("image", "png"), icon) });
            }

            byte[] written = await File.ReadAllBytesAsync(file.FullName);
            found = [.. found, written.AsSpan().IndexOf(image.AsSpan(0, 2048)), written.AsSpan().IndexOf(image.AsSpan(8192)), written.AsSpan().IndexOf(icon)];
            string[][] packets = await Dissection.ReadAsync(file, "frame", "_ws.col.Protocol", "sip.Method", "mime_multipart.header.content-type");
            Assert.That(packets.Where(p => p[1] == "INVITE").Select(p => p[2]), Is.All.EqualTo("application/sdp|image/png"));
        }

        Assert.That(found.Take(3), Is.All.EqualTo(-1));
        Assert.That(found.Skip(3), Is.All.GreaterThan(0));
    }

    private static bool ImageIn(ReadOnlySpan<byte> written, ReadOnlySpan<byte> image) => written.IndexOf(image.Slice(image.Length / 2, 40)) >= 0;

    // Alice shares all images but the last, which Bob shares. She records.
    private static async Task ShareAsync(PcapngTrace trace, byte[][] images, Func<ImageShareOptions, ImageShareOptions> options, ShareSettings? settings = null)
    {
        await using SharePair pair = await SharePair.StartAsync(
            new InMemoryNetwork(),
            o => options(o) with { Trace = trace.Write, Network = o.Network },
            o => options(o) with { Trace = null, Network = o.Network });
        foreach (byte[] image in images[..^1].DefaultIfEmpty(images[^1]))
        {
            (ImageShareResult sent, _) = await pair.ShareAsync(image, settings);
            Assert.That(sent.IsCompleted, Is.True, sent.Message);
        }

        if (images.Length == 1)
        {
            return;
        }

        await using ImageShareSession back = await pair.Bob.ShareAsync(pair.Alice.Address, SharePair.Image(images[^1]));
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in pair.Alice.Invitations.WithCancellation(patience.Token))
        {
            await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
            Assert.That((await back.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
            Assert.That((await incoming.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
            return;
        }
    }
}
