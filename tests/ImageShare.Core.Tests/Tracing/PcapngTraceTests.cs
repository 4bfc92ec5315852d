using System.Buffers.Binary;
using System.Net;
using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Interop;

namespace ImageShare.Core.Tests.Tracing;

/// <summary>The sink alone: what it writes and leaves out, and disks that fail.</summary>
[TestFixture]
public sealed class PcapngTraceTests
{
    private const string Digest = "Digest username=\"alice\", realm=\"ims.example\", nonce=\"n\", uri=\"sip:ims.example\", response=\"6629fae49393a05397450978507c4ef1\"";

    [TestCase("Authorization")]
    [TestCase("PROXY-authorization")]
    [TestCase("Authorization \t")]
    public async Task Credentials_are_written_only_if_wanted(string name)
    {
        string folded = Digest.Replace(", nonce", ",\r\n\tnonce", StringComparison.Ordinal);
        foreach (bool wanted in (bool[])[false, true])
        {
            string written = Encoding.Latin1.GetString(await WriteAsync(
                new PcapngTraceOptions { IncludeCredentials = wanted },
                Sip($"REGISTER sip:ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n{name}: {folded}\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"),
                Msrp($"MSRP a786hjs2 AUTH\r\nTo-Path: msrps://relay.example:2855;tcp\r\nFrom-Path: msrps://127.0.0.1:1/s;tcp\r\n{name}: {Digest}\r\n"),
                Sip($"GARBAGE\r\n\r\n{name}: {Digest}\r\n") with { Problem = "BadStartLine at byte 0" }));
            Assert.Multiple(() =>
            {
                Assert.That(written.Split("6629fae49393a05397450978507c4ef1"), Has.Length.EqualTo(wanted ? 4 : 1));
                Assert.That(written.Split("username"), Has.Length.EqualTo(wanted ? 4 : 1));
                Assert.That(written, Does.Contain("CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n").And.Contain("-------a786hjs2$\r\n").And.Contain("Not read: BadStartLine at byte 0"));
            });
        }
    }

    [Test]
    [Category("Interop")]
    public async Task Left_out_credentials_and_long_messages_are_dissected_without_fault()
    {
        Tool.Tshark.Require();
        using var folder = new Folder();
        var file = new FileInfo(Path.Combine(folder.Path, "a.pcapng"));
        await File.WriteAllBytesAsync(file.FullName, await WriteAsync(
            PcapngTraceOptions.Default,
            Sip(Request("REGISTER", $"Authorization: {Digest}\r\n", string.Empty)),
            Sip(Request("MESSAGE", "Content-Type: text/plain\r\n", new string('x', 150_000))) with { Protocol = "SIP/TCP" },
            Sip(Request("MESSAGE", "Content-Type: image/jpeg\r\n", "\u00ff\u00d8\u00ff\u00e0secret")) with { Protocol = "SIP/TLS", Local = null },
            Sip(Request("OPTIONS", string.Empty, string.Empty)) with { Protocol = "SIP/TLS", IsOutgoing = false, Remote = new IPEndPoint(IPAddress.Loopback, 5061) },
            Msrp($"MSRP a786hjs2 AUTH\r\nTo-Path: msrps://relay.example:2855;tcp\r\nFrom-Path: msrps://127.0.0.1:1/s;tcp\r\nAuthorization: {Digest}\r\n")));
        string[][] packets = await Dissection.ReadAsync(file, "sip || msrp", "_ws.col.Protocol", "sip.Method", "sip.Content-Length", "_ws.malformed");
        Assert.That(packets.Select(p => string.Join(' ', p)), Is.EqualTo(["SIP REGISTER 0 ", "SIP MESSAGE 150000 ", "SIP MESSAGE 10 ", "SIP OPTIONS 0 ", "MSRP   "]));
        Assert.That(await Dissection.ReadAsync(file, "tcp.analysis.flags || _ws.expert.severity > 0x200000", "_ws.expert.message"), Is.Empty);
    }

    [Test]
    [Category("Interop")]
    public async Task From_many_threads_each_message_is_whole_and_the_numbers_grow()
    {
        Tool.Tshark.Require();
        using var folder = new Folder();
        var file = new FileInfo(Path.Combine(folder.Path, "a.pcapng"));
        await using (PcapngTrace trace = PcapngTrace.Create(file.FullName))
        {
            Parallel.For(0, 400, i => trace.Write(Msrp($"MSRP t{i:0000} SEND\r\nTo-Path: msrp://127.0.0.1:1/a;tcp\r\nFrom-Path: msrp://127.0.0.1:2/b;tcp\r\n") with
            {
                IsOutgoing = i % 2 == 0,
                Remote = new IPEndPoint(IPAddress.Loopback, 7000 + (i % 5)),
            }));
        }

        await Dissection.AssertCleanAsync(file);
        string[][] ids = await Dissection.ReadAsync(file, "msrp", "msrp.transaction.id");
        Assert.That(ids.Select(i => i[0]), Is.EquivalentTo(Enumerable.Range(0, 400).Select(i => $"t{i:0000}|t{i:0000}")));
    }

    [Test]
    public async Task A_disk_that_fails_is_reported_once_and_nothing_is_thrown()
    {
        var reported = new List<Exception>();
        var disk = new Disk { Error = new IOException("No space left on device") };
        var trace = new PcapngTrace(disk, new PcapngTraceOptions { OnFailure = reported.Add });
        Assert.That(() => trace.Failure, Is.Not.Null.After(30_000, 5));
        for (int i = 0; i < 10; i++)
        {
            trace.Write(Sip(Request("OPTIONS", string.Empty, string.Empty)));
        }

        await trace.DisposeAsync();
        await trace.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(reported, Is.EqualTo(new[] { disk.Error }));
            Assert.That(trace.Failure, Is.SameAs(disk.Error));
            Assert.That(trace.MissingMessages, Is.EqualTo(10));
        });
    }

    [Test]
    public async Task What_waited_for_a_disk_that_fails_is_missing_too()
    {
        var disk = new Disk { Gate = new TaskCompletionSource(), Error = new IOException("No space left on device") };
        var trace = new PcapngTrace(disk, new PcapngTraceOptions { MaxWaitingBytes = int.MaxValue });
        for (int i = 0; i < 10; i++)
        {
            // Several segments are one message.
            trace.Write(Sip(Request("OPTIONS", string.Empty, new string('x', 150_000))) with { Protocol = "SIP/TCP" });
        }

        Assert.That(trace.MissingMessages, Is.Zero);
        disk.Gate.SetResult();
        await trace.DisposeAsync();
        Assert.That((trace.Failure, trace.MissingMessages), Is.EqualTo((disk.Error, 10)));
    }

    [TestCase("\r\n")]
    [TestCase("\n")]
    public async Task The_body_of_a_message_that_was_not_read_is_left_out_as_well(string lineEnd)
    {
        string message = Request("MESSAGE", "Content-Type: image/jpeg\r\n", "\u00ff\u00d8\u00ff\u00e0secret").Replace("\r\n", lineEnd, StringComparison.Ordinal);
        string written = Encoding.Latin1.GetString(await WriteAsync(PcapngTraceOptions.Default, Sip(message) with { Problem = "BadLineEnd at byte 31" }));
        Assert.That(written, Does.Contain("Content-Length: 10").And.Not.Contain("secret"));
    }

    [Test]
    public async Task A_disk_that_hangs_costs_bounded_memory_and_does_not_hold_up_the_end()
    {
        var reported = new List<Exception>();
        var disk = new Disk { Gate = new TaskCompletionSource() };
        var trace = new PcapngTrace(disk, new PcapngTraceOptions { OnFailure = reported.Add, MaxWaitingBytes = 10_000, CloseTimeout = TimeSpan.FromMilliseconds(50) });
        for (int i = 0; i < 1000; i++)
        {
            trace.Write(Sip(Request("OPTIONS", string.Empty, new string('x', 1000))));
        }

        Assert.That(trace.MissingMessages, Is.InRange(980, 999));
        await trace.DisposeAsync();
        Assert.That(reported, Has.Count.EqualTo(1).And.All.InstanceOf<TimeoutException>());
    }

    [Test]
    public async Task What_a_slow_disk_made_it_leave_out_is_said_in_the_file()
    {
        var disk = new Disk { Gate = new TaskCompletionSource() };
        var trace = new PcapngTrace(disk, new PcapngTraceOptions { MaxWaitingBytes = 5000 });
        for (int i = 0; i < 100; i++)
        {
            trace.Write(Sip(Request("OPTIONS", string.Empty, new string('x', 1000))));
        }

        long missing = trace.MissingMessages;
        disk.Gate.SetResult();

        // When what waited is written there is room again.
        Assert.That(() => disk.Length, Is.GreaterThan(3000).After(30_000, 5));
        trace.Write(Sip(Request("OPTIONS", string.Empty, string.Empty)));
        await trace.DisposeAsync();
        Assert.That(missing, Is.InRange(90, 99));
        Assert.That(Encoding.UTF8.GetString(disk.ToArray()), Does.Match("[0-9]+ messages before this one are missing, because the file could not be written fast enough"));
    }

    [Test]
    public async Task The_time_of_a_packet_is_that_of_its_event()
    {
        var time = new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero) + TimeSpan.FromTicks(1234567);
        byte[] written = await WriteAsync(PcapngTraceOptions.Default, Sip(Request("OPTIONS", string.Empty, string.Empty)) with { Time = time });
        int at = 0;
        while (BinaryPrimitives.ReadInt32LittleEndian(written.AsSpan(at)) != 6)
        {
            at += BinaryPrimitives.ReadInt32LittleEndian(written.AsSpan(at + 4));
        }

        ulong nanoseconds = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(written.AsSpan(at + 12)) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(written.AsSpan(at + 16));
        Assert.That(nanoseconds, Is.EqualTo((ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100));
    }

    private static string Request(string method, string headers, string body) =>
        $"{method} sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{method}\r\nMax-Forwards: 70\r\nFrom: <sip:alice@ims.example>;tag=1\r\nTo: <sip:bob@ims.example>\r\n"
        + $"Call-ID: {method}@x\r\nCSeq: 1 {method}\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";

    private static ImageShareTraceEvent Sip(string message) => new(
        true, "SIP/UDP", message.Split("\r\n")[0], new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Loopback, 5070), Encoding.Latin1.GetBytes(message), 0, null);

    private static ImageShareTraceEvent Msrp(string head) => new(
        true, "MSRP/TCP", head.Split("\r\n")[0], new IPEndPoint(IPAddress.Loopback, 2855), new IPEndPoint(IPAddress.Loopback, 2856), default, 0, null)
    {
        Head = Encoding.ASCII.GetBytes(head),
        Continuation = '$',
    };

    private static async Task<byte[]> WriteAsync(PcapngTraceOptions options, params ImageShareTraceEvent[] messages)
    {
        var disk = new Disk();
        await using (var trace = new PcapngTrace(disk, options))
        {
            foreach (ImageShareTraceEvent message in messages)
            {
                trace.Write(message);
            }
        }

        return disk.ToArray();
    }

    private sealed class Disk : MemoryStream
    {
        public Exception? Error { get; init; }

        public TaskCompletionSource? Gate { get; init; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Gate is not null)
            {
                await Gate.Task;
            }

            if (Error is not null)
            {
                throw Error;
            }

            Write(buffer.Span);
        }
    }
}
