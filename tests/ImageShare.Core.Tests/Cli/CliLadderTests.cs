using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary><c>imageshare ladder</c>, and <c>inspect</c> of captures.</summary>
[TestFixture]
[Parallelizable]
[Category("Cli")]
public sealed class CliLadderTests
{
    private const string Options = "OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@b.example>;tag=1\r\nTo: <sip:c@b.example>\r\n"
        + "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    private const string Busy = "SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b.example>;tag=1\r\nTo: <sip:c@b.example>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    private Folder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new Folder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("trace.pcapng")]
    [TestCase("trace.txt")]
    public async Task A_trace_of_the_program_is_drawn_with_the_chunks_folded(string name)
    {
        string trace = Path.Combine(_folder.Path, name);
        CliResult demo = await CliProcess.RunAsync("demo", "--trace", trace);
        Assert.That(demo.Status, Is.Zero, demo.Errors);
        string svg = Path.Combine(_folder.Path, "out.svg");
        CliResult drawn = await CliProcess.RunAsync("ladder", trace, "--svg", svg);
        Assert.That(drawn.Status, Is.Zero, drawn.Errors);
        Assert.Multiple(() =>
        {
            Assert.That(drawn.Lines.Skip(1), Is.All.Match(@"^ +[0-9]+\.[0-9]{3}  │.*│  (TCP|UDP)"));
            Assert.That(string.Join('\n', drawn.Lines), Does.Match(@"══ 31 SEND, 63 kB, [0-9]+ ms ═+▶│  TCP 3[12] × 200"));
            Assert.That(drawn.Lines.Count(static l => l.Contains('▶', StringComparison.Ordinal)), Is.EqualTo(6), "OPTIONS, INVITE, ACK, the opening SEND, the run, BYE");
            Assert.That(drawn.Lines.Count(static l => l.Contains('◀', StringComparison.Ordinal)), Is.InRange(4, 5), "the response to the opening SEND may be in the run");
        });
        XDocument picture = XDocument.Load(svg);
        string all = await File.ReadAllTextAsync(svg);
        Assert.Multiple(() =>
        {
            Assert.That(picture.Descendants().Count(static e => e.Name.LocalName == "path"), Is.EqualTo(drawn.Lines.Count - 1));
            Assert.That(picture.Descendants().Count(static e => (string?)e.Attribute("class") == "run"), Is.EqualTo(1));
            Assert.That(all, Does.Contain("prefers-color-scheme: dark").And.Not.Contain("<script").And.Not.Contain("url(").And.Not.Contain("@import"));
        });

        CliResult inspected = await CliProcess.RunAsync("inspect", trace, "--json");
        Assert.That(inspected.Lines.Select(CliResult.Parse).Select(static f => f.GetProperty("valid").GetBoolean()), Is.All.True);
        Assert.That(inspected.Lines.Select(CliResult.Parse).Where(static f => f.GetProperty("kind").GetString() == "msrp").Sum(static f => f.GetProperty("body").GetInt64()), Is.EqualTo(62504).Within(2000));
    }

    [TestCase(1, false)]
    [TestCase(113, true)]
    [TestCase(276, false)]
    [TestCase(101, true)]
    public async Task A_capture_of_tcpdump_is_put_together_from_segments_that_came_twice_or_too_early(int linkType, bool isBigEndian)
    {
        string chunk = $"MSRP tid1 SEND\r\nTo-Path: msrp://192.0.2.2:2855/b;tcp\r\nFrom-Path: msrp://192.0.2.1:2856/a;tcp\r\nMessage-ID: mid1\r\nByte-Range: 1-3000/9000\r\nContent-Type: image/png\r\n\r\n{new string('x', 3000)}\r\n-------tid1#\r\n";
        string all = Options + Options;
        using var capture = new Capture(linkType, isBigEndian);
        capture.Syn(1, 1000, 5060);
        capture.Segment(1, 1001, 5060, all[..100]);
        capture.Segment(1, 1201, 5060, all[200..]);
        capture.Segment(1, 1001, 5060, all[..100]);
        capture.Segment(1, 1101, 5060, all[100..200]);
        capture.Segment(2, 500, 5060, Busy);
        capture.Segment(1, uint.MaxValue - 500, 2855, chunk[..1000]);
        capture.Segment(1, 499, 2855, chunk[1000..]);
        CliResult drawn = await CliProcess.RunAsync("ladder", capture.Save(_folder));
        Assert.That(drawn.Status, Is.Zero, drawn.Errors);
        string text = string.Join('\n', drawn.Lines);
        Assert.Multiple(() =>
        {
            Assert.That(drawn.Lines.Count(static l => l.Contains("OPTIONS", StringComparison.Ordinal)), Is.EqualTo(2), text);
            Assert.That(text, Does.Match(@"!│◀─+ 486 Busy Here ──│").And.Match(@"!│── MSRP SEND # \(given up\) ─+▶│"));
        });
    }

    [Test]
    public async Task What_is_missing_in_a_capture_is_said_and_reading_goes_on()
    {
        using var capture = new Capture(101, false);
        capture.Segment(1, 1, 5060, Options[..100]);
        capture.Segment(1, 301, 5060, Options, captured: 50);
        capture.Segment(1, 301 + (uint)Options.Length, 5060, Options);
        for (uint i = 0; i < 64; i++)
        {
            capture.Segment(1, 10_001 + (i * (uint)Options.Length), 5060, Options);
        }

        CliResult drawn = await CliProcess.RunAsync("ladder", capture.Save(_folder));
        Assert.That(drawn.Status, Is.Zero, drawn.Errors);
        Assert.That(string.Join('\n', drawn.Lines), Does.Match("!│.*bytes are missing in the capture"));
        Assert.That(drawn.Lines.Count(static l => l.Contains("── OPTIONS sip:bob", StringComparison.Ordinal) && !l.Contains('!', StringComparison.Ordinal)), Is.GreaterThan(60));
    }

    [Test]
    public async Task A_new_connection_on_the_ports_of_one_that_broke_begins_anew()
    {
        using var capture = new Capture(101, false);
        capture.Syn(1, 1000, 5060);
        capture.Segment(1, 1001, 5060, Options[..100]);
        capture.Syn(1, 70_000, 5060);
        capture.Segment(1, 70_001, 5060, Options);
        CliResult drawn = await CliProcess.RunAsync("ladder", capture.Save(_folder));
        Assert.That((drawn.Status, drawn.Lines.Count), Is.EqualTo((0, 2)), string.Join('\n', drawn.Lines));
        Assert.That(drawn.Lines[1], Does.Match($@"  │── OPTIONS sip:bob@192\.0\.2\.2 ─+▶│  TCP {Options.Length} bytes"));
    }

    [TestCase("cut", "cut off")]
    [TestCase("length", "says that a packet has 4294967295 bytes")]
    [TestCase("empty", "no SIP and no MSRP")]
    [TestCase("text", "neither a capture")]
    [TestCase("block", "has a block of 4294967292 bytes")]
    [TestCase("interface", "packet block that cannot be read")]
    public async Task A_hostile_file_is_a_clear_error(string which, string words)
    {
        using var capture = new Capture(101, false);
        capture.Segment(1, 1, 5060, Options);
        byte[] section = [0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 28, 0, 0, 0];
        byte[] bytes = which switch
        {
            "cut" => capture.Bytes[..^5],
            "length" => [.. capture.Bytes, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0],
            "empty" => capture.Bytes[..24],
            "text" => "GET / HTTP/1.1\r\n"u8.ToArray(),
            "block" => [.. section, 6, 0, 0, 0, 252, 255, 255, 255],
            _ => [.. section, 6, 0, 0, 0, 32, 0, 0, 0, .. new byte[20], 32, 0, 0, 0],
        };
        string file = Path.Combine(_folder.Path, which);
        await File.WriteAllBytesAsync(file, bytes);
        CliResult drawn = await CliProcess.RunAsync("ladder", file);
        Assert.That(drawn.Status, Is.EqualTo(1));
        Assert.That(drawn.Errors.Trim().Split('\n'), Has.Length.EqualTo(1).And.All.Contain(words));
        drawn.AssertNoStackTrace();
        if (which == "cut")
        {
            CliResult inspected = await CliProcess.RunAsync("inspect", file);
            Assert.That(inspected.Status, Is.EqualTo(1));
            Assert.That(inspected.Lines, Has.Exactly(1).Contains("cut off"), "said once");
            CliResult json = await CliProcess.RunAsync("inspect", file, "--json");
            Assert.That(CliResult.Parse(json.Lines[^1]).GetProperty("offset").GetInt64(), Is.EqualTo(bytes.Length));
        }
    }

    [TestCase(24, "no SIP and no MSRP")]
    [TestCase(0, "neither as pcap nor as pcapng")]
    public async Task A_file_without_messages_is_not_called_valid(int ofCapture, string words)
    {
        using var capture = new Capture(101, false);
        string file = Path.Combine(_folder.Path, "file");
        await File.WriteAllBytesAsync(file, ofCapture == 0 ? new byte[1000] : capture.Bytes[..ofCapture]);
        CliResult inspected = await CliProcess.RunAsync("inspect", file, "--kind", "capture");
        Assert.That((inspected.Status, inspected.Lines.Count), Is.EqualTo((1, 1)));
        Assert.That(inspected.Lines[0], Does.Contain(words));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task A_pipe_or_a_folder_is_a_clear_error()
    {
        CliResult pipe = await CliProcess.RunAsync("ladder", "/dev/stdin");
        CliResult folder = await CliProcess.RunAsync("ladder", _folder.Path);
        pipe.AssertNoStackTrace();
        Assert.That((pipe.Status, pipe.Errors.Trim()), Is.EqualTo((1, "/dev/stdin: This is a pipe; save what comes from it in a file first.")));
        Assert.That((folder.Status, folder.Errors.Trim()), Is.EqualTo((1, $"{_folder.Path}: This is a folder; give a file in it.")));
    }

    /// <summary>A pcap file as tcpdump writes it.</summary>
    private sealed class Capture : IDisposable
    {
        private readonly MemoryStream _file = new();
        private readonly int _linkType;
        private readonly bool _isBigEndian;

        public Capture(int linkType, bool isBigEndian)
        {
            (_linkType, _isBigEndian) = (linkType, isBigEndian);
            foreach (uint word in (uint[])[0xA1B2C3D4, isBigEndian ? 0x00020004u : 0x00040002u, 0, 0, 262144, (uint)linkType])
            {
                Word(word);
            }
        }

        public byte[] Bytes => _file.ToArray();

        public void Dispose() => _file.Dispose();

        public void Syn(int from, uint number, int port) => Packet(from, number, port, [], 0, 2);

        public void Segment(int from, uint number, int port, string text, int captured = int.MaxValue) => Packet(from, number, port, Encoding.Latin1.GetBytes(text), captured, 0x18);

        public string Save(Folder folder)
        {
            string file = Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"{_linkType}.pcap"));
            File.WriteAllBytes(file, Bytes);
            return file;
        }

        // Of 192.0.2.FROM; the port is that of 192.0.2.2.
        private void Packet(int from, uint number, int port, byte[] data, int captured, byte flags)
        {
            byte[] ip = new byte[40 + data.Length];
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)ip.Length);
            ip[9] = 6;
            ((byte[])[192, 0, 2, (byte)from, 192, 0, 2, (byte)(3 - from)]).CopyTo(ip, 12);
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(from == 1 ? 22 : 20), (ushort)port);
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(from == 1 ? 20 : 22), 40000);
            BinaryPrimitives.WriteUInt32BigEndian(ip.AsSpan(24), number);
            ip[32] = 0x50;
            ip[33] = flags;
            data.CopyTo(ip, 40);
            byte[] link = _linkType switch
            {
                1 => [.. new byte[12], 0x81, 0, 0, 1, 8, 0],
                113 => [.. new byte[14], 8, 0],
                276 => [8, 0, .. new byte[18]],
                _ => [],
            };
            byte[] packet = [.. link, .. ip];
            byte[] kept = packet[..Math.Min(packet.Length, captured == int.MaxValue ? packet.Length : link.Length + 40 + captured)];
            foreach (uint word in (uint[])[1_800_000_000, 1, (uint)kept.Length, (uint)packet.Length])
            {
                Word(word);
            }

            _file.Write(kept);
        }

        private void Word(uint value)
        {
            Span<byte> bytes = stackalloc byte[4];
            if (_isBigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            }

            _file.Write(bytes);
        }
    }
}
