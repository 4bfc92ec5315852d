using System.Text;
using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary><c>imageshare inspect</c>: says what bytes are, and never crashes whatever they are.</summary>
[TestFixture]
[Parallelizable]
public sealed class CliInspectTests
{
    private const string Options =
        "OPTIONS sip:bob@ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK7a6b5c4d3e\r\nMax-Forwards: 70\r\n"
        + "From: <sip:alice@ims.example>;tag=0a1b2c3d\r\nTo: <sip:bob@ims.example>\r\nCall-ID: 8f7e6d5c4b3a\r\nCSeq: 1 OPTIONS\r\n"
        + "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n";

    private const string Sdp = "v=0\r\no=- 3903 3903 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";

    private const string Msrp =
        "MSRP a786hjs2 SEND\r\nTo-Path: msrp://127.0.0.1:7777/iau39soe2843z;tcp\r\nFrom-Path: msrp://127.0.0.1:8888/9di4eae923wzd;tcp\r\n"
        + "Message-ID: 87652491\r\nByte-Range: 1-4/4\r\nContent-Type: image/png\r\n\r\nabcd\r\n-------a786hjs2$\r\n";

    private const string Multipart = "--b7\r\nContent-Type: application/sdp\r\n\r\n" + Sdp + "\r\n--b7\r\nContent-Type: image/png\r\n\r\nicon\r\n--b7--\r\n";

    private Folder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new Folder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("sip", "OPTIONS sip:bob@ims.example SIP/2.0", Options)]
    [TestCase("sdp", "v=0", Sdp)]
    [TestCase("msrp", "MSRP a786hjs2 SEND", Msrp)]
    public async Task A_valid_message_is_said_to_be_one(string kind, string start, string text)
    {
        (int status, JsonElement[] found) = await InspectAsync(text);
        Assert.That(status, Is.Zero);
        Assert.That(found, Has.Length.EqualTo(1));
        Assert.That(found[0].GetProperty("kind").GetString(), Is.EqualTo(kind));
        Assert.That(found[0].GetProperty("valid").GetBoolean(), Is.True);
        Assert.That(found[0].GetProperty("start").GetString(), Is.EqualTo(start));
        Assert.That(found[0].GetProperty("warnings").ValueKind, Is.EqualTo(JsonValueKind.Array));
        Assert.That(found[0].GetProperty("body").GetInt64(), Is.EqualTo(kind switch { "msrp" => 4, "sdp" => Sdp.Length, _ => 0 }));
    }

    [Test]
    public async Task Several_messages_in_one_file_are_all_found_where_they_begin()
    {
        (int status, JsonElement[] found) = await InspectAsync(Options + Options);
        Assert.That(status, Is.Zero);
        Assert.That(found.Select(f => f.GetProperty("offset").GetInt32()), Is.EqualTo((int[])[0, Options.Length]));
    }

    [TestCase("", "--\r\n")]
    [TestCase("\r\n", "--\r\n")]
    [TestCase("\r\n\r\n", "--")]
    [TestCase("", "--\r")]
    public async Task Empty_lines_before_the_first_delimiter_and_a_cut_off_last_one_are_lived_with(string before, string end)
    {
        string text = before + Multipart[..Multipart.LastIndexOf("--", StringComparison.Ordinal)] + end;
        (int status, JsonElement[] found) = await InspectAsync(text);
        Assert.That(status, Is.Zero);
        Assert.That(found.Select(f => f.GetProperty("kind").GetString()), Is.EqualTo((string[])["multipart", "sdp"]));
        Assert.That(found[1].GetProperty("offset").GetInt32(), Is.EqualTo(text.IndexOf("v=0", StringComparison.Ordinal)));
    }

    [TestCase("Content-Type: multipart/related; boundary=b7\r\n\r\n")]
    [TestCase("")]
    [TestCase("MIME-Version: 1.0\r\ncontent-type: multipart/related;\r\n  boundary=\"b7\"\r\nContent-Length: 9\r\n\r\n")]
    public async Task Offsets_inside_a_multipart_body_count_from_the_beginning_of_the_file(string header)
    {
        (int status, JsonElement[] found) = await InspectAsync(header + Multipart);
        Assert.That(status, Is.Zero);
        Assert.That(found.Select(f => f.GetProperty("kind").GetString()), Is.EqualTo((string[])["multipart", "sdp"]));
        Assert.That(found[0].GetProperty("offset").GetInt32(), Is.EqualTo(header.Length));
        Assert.That(found[1].GetProperty("offset").GetInt32(), Is.EqualTo((header + Multipart).IndexOf("v=0", StringComparison.Ordinal)));
    }

    [TestCase(null, Options, "INVITE bad\r\n\r\n")]
    [TestCase("msrp", Msrp, "MSRP !\r\n")]
    public async Task What_is_wrong_is_shown_with_its_offset_after_what_is_right(string? kind, string good, string bad)
    {
        (int status, JsonElement[] found) = await InspectAsync(good + bad, kind);
        Assert.That(status, Is.EqualTo(1));
        Assert.That(found.Select(f => f.GetProperty("valid").GetBoolean()), Is.EqualTo((bool[])[true, false]));
        Assert.That(found[1].GetProperty("error").GetString(), Is.Not.Empty);
        Assert.That(found[1].GetProperty("offset").GetInt32(), Is.InRange(good.Length, good.Length + bad.Length));
    }

    private const string Head = "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK7a6b5c4d3e\r\nFrom: <sip:a@h>;tag=0a1b2c3d\r\nTo: <sip:b@h>;tag=0a1b2c3d\r\nCall-ID: 8f7e6d5c4b3a\r\n";

    private const string Invite = "INVITE sip:b@h SIP/2.0\r\nMax-Forwards: 70\r\n" + Head + "CSeq: 1 INVITE\r\nContact: <sip:a@h>\r\nContent-Length: 0\r\n\r\n";

    private const string Section = "m=message 7654 TCP/MSRP *\r\na=path:msrp://192.0.2.1:7654/jshA7weabcdefgh0123;tcp\r\na=accept-types:image/jpeg\r\na=setup:actpass\r\na=max-size:100000\r\n";

    private const string File = "a=sendonly\r\na=file-transfer-id:vBnG916bdberum2fFEABR1FR\r\na=file-selector:size:10 type:image/jpeg\r\n";

    private const string Origin = "v=0\r\no=- 1234567890123456 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    // A message, the part of it that is replaced, what stands there instead, what is said of it, and the clause; an error where the clause is null.
    private static readonly string?[][] Faults =
    [
        [Invite, "Max-Forwards: 70", "Max-Forwards: 256", "MaxForwardsTooLarge", "RFC 3261 §20.22"],
        [Invite, "Call-ID: 8f7e6d5c4b3a", "Call-ID: x y@z", "CallIdSyntax", "RFC 3261 §25.1"],
        [Invite, "tag=0a1b2c3d\r\nTo", "tag=0a1b2c3d;tag=zzzzzzzz\r\nTo", "RepeatedTag", "RFC 3261 §19.3"],
        [Invite, "Contact: <sip:a@h>", "Contact: <sip:a@h;x=1;X=2>", "RepeatedUriParameter", "RFC 3261 §19.1.1"],
        [Invite, "INVITE sip:b@h", "INVITE sip:b@h;x;x", "RepeatedUriParameter", "RFC 3261 §19.1.1"],
        [Invite, "Contact: <sip:a@h>\r\n", "", "InviteWithoutContact", "RFC 3261 §8.1.1.8"],
        [Invite, "Contact: <sip:a@h>", "Contact: *", "ContactStar", "RFC 3261 §20.10"],
        [Invite, "Contact: <sip:a@h>", "Contact: <sip:a@h>;q=1.5", "BadQValue", "RFC 3261 §25.1"],
        [Invite, "Contact: <sip:a@h>", "Contact: <sip:a@h:>", "BadUri", "RFC 3261 §25.1"],
        [Invite, "Contact: <sip:a@h>", "Contact: <sip:a@h>;x=", "MalformedParameter", "RFC 3261 §25.1"],
        [Invite, "Content-Length", "Content-Type: application\r\nContent-Length", "ContentTypeSyntax", "RFC 3261 §20.15"],
        [Invite, "Content-Length", "no colon\r\nContent-Length", "MalformedLine", "RFC 3261 §8.2.2"],
        [Invite, "\r\n\r\n", "\r\n\r\nextra", "TrailingBytes", "RFC 3261 §18.3"],
        [Invite, "\r\n\r\n", "\r\n\r\n\n", "TrailingBytes", "RFC 3261 §18.3"],
        [Answered, "CSeq: 1 INVITE\r\n", "", "Missing CSeq", null],
        [Answered, "CSeq: 1 INVITE", "CSeq: 9292394834772304023312 OPTIONS", "Bad CSeq", null],
        [Answered, Head, "", "Missing Via", null],
        [Answered, "Call-ID: 8f7e6d5c4b3a\r\n", "", "Missing Call-ID", null],
        [Answered, "From: <sip:a@h>", "From: <>", "Bad From", null],
        [Msrp, "SEND", "REPORT", "ReportWithoutStatus", "RFC 4975 §7.1.2"],
        [Msrp, "1-4/4", "5-3/9", "RangeEndsBeforeItBegins", "RFC 4975 §7.1.1"],
        [Msrp, "1-4/4", "1-4/3", "RangePastTotal", "RFC 4975 §7.1.1"],
        [Msrp, "Content-Type: image/png\r\n", "", "BodyWithoutContentType", "RFC 4975 §9"],
        [Msrp, "To-Path: msrp://127.0.0.1:7777/iau39soe2843z;tcp\r\nFrom-Path: msrp://127.0.0.1:8888/9di4eae923wzd;tcp",
            "From-Path: msrp://127.0.0.1:8888/9di4eae923wzd;tcp\r\nTo-Path: msrp://127.0.0.1:7777/iau39soe2843z;tcp", "FromPathFirst", "RFC 4975 §7.1"],
        [Msrp, "SEND", "099 x", "StatusBelow100", "RFC 4975 §9"],
        [Origin + Section, "a=path:msrp://192.0.2.1:7654/jshA7weabcdefgh0123;tcp\r\n", "", "NoPath", "RFC 4975 §8.1"],
        [Origin + Section, ";tcp", "", "PathWithoutTransport", "RFC 4975 §6"],
        [Origin + Section, "msrp:", "msrps:", "PathSchemeMismatch", "RFC 4975 §14.2"],
        [Origin + Section, "a=accept-types:image/jpeg\r\n", "", "NoAcceptTypes", "RFC 4975 §8.6"],
        [Origin + Section + File, "a=file-selector", "a=file-selector:size:2\r\na=file-selector", "RepeatedFileSelector", "RFC 5547 §6"],
        [Origin + Section + File, "a=file-transfer-id:vBnG916bdberum2fFEABR1FR\r\n", "", "SelectorWithoutTransferId", "RFC 5547 §8.1"],
        [Origin + Section + File, "a=sendonly\r\n", "", "SelectorWithoutDirection", "RFC 5547 §8.2"],
        [Origin + Section + File, "a=sendonly\r\n", "a=sendonly\r\na=recvonly\r\n", "TwoDirections", "RFC 8866 §6.7"],
        [Origin + Section + File, "a=file-selector", "a=file-range:1-11\r\na=file-selector", "FileRangePastSize", "RFC 5547 §6"],
    ];

    private const string Answered = "SIP/2.0 200 OK\r\n" + Head + "CSeq: 1 INVITE\r\nContact: <sip:b@h>\r\nContent-Length: 0\r\n\r\n";

    [Test]
    public async Task What_is_wrong_is_said_with_its_byte_and_its_clause()
    {
        string[] files = [.. Faults.SelectMany((fault, i) => new[]
        {
            Write($"good{i}", Encoding.UTF8.GetBytes(fault[0]!)),
            Write($"bad{i}", Encoding.UTF8.GetBytes(fault[0]!.Replace(fault[1]!, fault[2], StringComparison.Ordinal))),
        })];
        CliResult result = await CliProcess.RunAsync(["inspect", "--json", .. files]);
        ILookup<string, JsonElement> found = result.Lines.Select(CliResult.Parse).ToLookup(static f => Path.GetFileName(f.GetProperty("file").GetString()!));
        Assert.Multiple(() =>
        {
            for (int i = 0; i < Faults.Length; i++)
            {
                string code = Faults[i][3]!;
                JsonElement[] good = [.. found[$"good{i}"]], bad = [.. found[$"bad{i}"]];
                Assert.That(good.Concat(bad).Count(), Is.EqualTo(2), code);
                Assert.That(good[0].GetProperty("valid").GetBoolean(), Is.True, code);
                Assert.That(Codes(good[0]), Has.None.EqualTo(code));
                Assert.That(bad[0].GetProperty("valid").GetBoolean(), Is.EqualTo(Faults[i][4] is not null), code);
                if (Faults[i][4] is not { } clause)
                {
                    Assert.That(bad[0].GetProperty("error").GetString(), Is.EqualTo(code));
                    continue;
                }

                Assert.That(Codes(bad[0]), Does.Contain(code));
                JsonElement[] warnings = [.. bad[0].GetProperty("warnings").EnumerateArray().Where(w => w.GetProperty("code").GetString() == code)];
                Assert.That(warnings.Select(static w => w.GetProperty("clause").GetString()), Is.All.EqualTo(clause), code);
            }
        });
    }

    [Test]
    public async Task What_trace_writes_can_be_inspected()
    {
        const string Between = ">>> SIP/UDP 127.0.0.1:5060 to 127.0.0.1:5070, body 0\r\n";
        string trace = Between + Options + "\r\n\r\n<<< SIP/UDP 127.0.0.1:5060 from 127.0.0.1:5070, body 0\r\n" + Answered + "\r\n\r\n"
            + ">>> MSRP/TCP 127.0.0.1:2855 to 127.0.0.1:2856, body 2048\r\nMSRP a786hjs2 SEND  1-2048/4000 +\r\n\r\n";
        (int status, JsonElement[] found) = await InspectAsync(trace);
        Assert.That(status, Is.Zero);
        Assert.That(found.Select(static f => f.GetProperty("kind").GetString()), Is.EqualTo((string[])["sip", "sip", "msrp"]));
        Assert.That(found.Select(static f => f.GetProperty("offset").GetInt32()), Is.EqualTo((int[])
            [Between.Length, trace.IndexOf("SIP/2.0 200", StringComparison.Ordinal), trace.IndexOf("MSRP a786", StringComparison.Ordinal)]));
        Assert.That(found[2].GetProperty("body").GetInt32(), Is.EqualTo(2048));
    }

    [Test]
    public async Task What_trace_writes_of_what_could_not_be_read_is_said_to_be_wrong_at_its_byte()
    {
        string broken = Options.Replace("CSeq: ", "CSeq ", StringComparison.Ordinal);
        string trace = $"<<< SIP/UDP 127.0.0.1:5060 from 127.0.0.1:5070, not read: BadCSeq at byte 100, octets {broken.Length}\r\n" + broken + "\r\n\r\n"
            + "<<< MSRP/TCP  from 127.0.0.1:2856, not read: BadStartLine at byte 0 of the connection, octets 9\r\nGARBAGE\r\n\r\n\r\n"
            + ">>> SIP/UDP 127.0.0.1:5060 to 127.0.0.1:5070, body 0\r\n" + Options + "\r\n\r\n";
        (int status, JsonElement[] found) = await InspectAsync(trace);
        Assert.That(status, Is.EqualTo(1));
        Assert.That(found.Select(static f => f.GetProperty("valid").GetBoolean()), Is.EqualTo([false, false, true]));
        Assert.That(found[0].GetProperty("offset").GetInt32(), Is.InRange(trace.IndexOf('\n', StringComparison.Ordinal), trace.IndexOf("<<< MSRP", StringComparison.Ordinal)));
        Assert.That(found[1].GetProperty("offset").GetInt32(), Is.EqualTo(trace.IndexOf("GARBAGE", StringComparison.Ordinal)));
        Assert.That(found[2].GetProperty("offset").GetInt32(), Is.EqualTo(trace.LastIndexOf("OPTIONS sip:", StringComparison.Ordinal)));
    }

    private static string?[] Codes(JsonElement finding) => [.. finding.GetProperty("warnings").EnumerateArray().Select(static w => w.GetProperty("code").GetString())];

    [Test]
    public async Task Truncated_wrong_empty_random_and_missing_files_are_told_apart_from_valid_ones_in_one_run()
    {
        var random = new Random(20251122);
        byte[] noise = new byte[20_000];
        random.NextBytes(noise);
        string[] files =
        [
            Write("truncated.sip", Encoding.ASCII.GetBytes(Options)[..100]),
            Write("truncated.msrp", Encoding.ASCII.GetBytes(Msrp)[..150]),
            Write("empty", []),
            Write("noise", noise),
            Path.Combine(_folder.Path, "missing"),
            _folder.Path,
        ];
        CliResult result = await CliProcess.RunAsync(["inspect", "--json", .. files]);
        Assert.That(result.Status, Is.EqualTo(1));
        result.AssertNoStackTrace();
        JsonElement[] found = [.. result.Lines.Select(CliResult.Parse)];
        Assert.That(found.Select(f => f.GetProperty("file").GetString()), Is.EqualTo(files));
        Assert.That(found.Select(f => f.GetProperty("valid").GetBoolean()), Is.All.False);
        Assert.That(found.Select(f => f.GetProperty("error").GetString()), Is.All.Not.Empty);
        Assert.That(found.Select(f => f.GetProperty("offset").GetInt64()), Is.All.InRange(0, 20_000));
    }

    [TestCase("sip")]
    [TestCase("sdp")]
    [TestCase("msrp")]
    [TestCase("multipart")]
    public async Task Damaged_messages_of_every_kind_never_crash_it(string kind)
    {
        // Each message with octets changed at random, many in one run: a process costs more than a message.
        var random = new Random(7);
        var files = new List<string>();
        foreach (string text in (string[])[Options, Sdp, Msrp, Multipart])
        {
            for (int i = 0; i < 25; i++)
            {
                byte[] octets = Encoding.ASCII.GetBytes(text);
                for (int change = random.Next(1, 8); change > 0; change--)
                {
                    octets[random.Next(octets.Length)] = (byte)random.Next(256);
                }

                files.Add(Write($"damaged{files.Count}", octets[..random.Next(octets.Length)]));
            }
        }

        CliResult result = await CliProcess.RunAsync(["inspect", "--json", "--kind", kind, .. files]);
        Assert.That(result.Status, Is.EqualTo(1), result.Errors);
        Assert.That(result.Errors, Is.Empty);
        Assert.That(result.Lines.Select(l => CliResult.Parse(l).GetProperty("file").GetString()).Distinct(), Is.EqualTo(files));
    }

    [Test]
    public async Task People_read_fields_and_offsets_and_no_control_characters()
    {
        CliResult result = await CliProcess.RunAsync("inspect", Write("message", Encoding.UTF8.GetBytes(Options.Replace("Max-Forwards: 70", "Subject: a\u202Eb", StringComparison.Ordinal))));
        string text = string.Join('\n', result.Lines);
        Assert.That(text, Does.Contain("Call-ID").And.Contains("8f7e6d5c4b3a").And.Contains("byte 0"));
        Assert.That(text.Contains('\u202E'), Is.False, "by code point: comparing as text ignores such characters");
    }

    private async Task<(int Status, JsonElement[] Found)> InspectAsync(string text, string? kind = null)
    {
        CliResult result = await CliProcess.RunAsync(["inspect", "--json", .. (string[])(kind is null ? [] : ["--kind", kind]), Write("file", Encoding.ASCII.GetBytes(text))]);
        result.AssertNoStackTrace();
        return (result.Status, [.. result.Lines.Select(CliResult.Parse)]);
    }

    private string Write(string name, byte[] octets)
    {
        string path = Path.Combine(_folder.Path, name);
        System.IO.File.WriteAllBytes(path, octets);
        return path;
    }
}
