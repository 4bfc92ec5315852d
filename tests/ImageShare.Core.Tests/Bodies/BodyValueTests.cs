using System.Buffers;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Cpim;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

/// <summary>Parts, bodies and their headers as values: what they accept, when two are equal, and what their parts amount to.</summary>
[TestFixture]
public sealed class BodyValueTests
{
    private static readonly BodyPart Part = new()
    {
        ContentType = new MediaType("image", "png"),
        ContentId = "icon@x",
        Disposition = new ContentDisposition("icon"),
        TransferEncoding = TransferEncoding.Binary,
        Content = new byte[] { 1, 2, 3 },
        OtherHeaders = [new BodyHeader("X-A", "b")],
    };

    private static readonly MultipartBody Body = MultipartBody.Create("mixed", [Part, new BodyPart()], boundary: "b");

    private static readonly TestCaseData<BodyPart>[] OtherParts =
    [
        Row("type", Part with { ContentType = new MediaType("image", "gif") }),
        Row("Content-ID", Part with { ContentId = null }),
        Row("disposition", Part with { Disposition = null }),
        Row("encoding", Part with { TransferEncoding = TransferEncoding.Unstated }),
        Row("content", Part with { Content = new byte[] { 1, 2, 4 } }),
        Row("no content", Part with { Content = default }),
        Row("damaged", Part with { IsDamaged = true }),
        Row("nested", Part with { Multipart = Body }),
        Row("headers", Part with { OtherHeaders = [] }),
        Row("other headers", Part with { OtherHeaders = [new BodyHeader("X-A", "c")] }),
    ];

    [TestCaseSource(nameof(OtherParts))]
    public void Parts_that_differ_in_one_property_are_not_equal(BodyPart other) => Assert.Multiple(() =>
    {
        Assert.That(Part.Equals(other), Is.False);
        Assert.That(other.Equals(Part), Is.False);
    });

    [Test]
    public void Parts_with_equal_properties_are_equal() => Assert.Multiple(() =>
    {
        BodyPart same = Part with { Content = new byte[] { 1, 2, 3 }, OtherHeaders = [new BodyHeader("X-A", "b")] };
        Assert.That(Part.Equals(same), Is.True);
        Assert.That(same.GetHashCode(), Is.EqualTo(Part.GetHashCode()));
        BodyPart nested = Part with { Multipart = Body };
        Assert.That(nested.Equals(Part with { Multipart = MultipartBody.Create("mixed", [Part, new BodyPart()], boundary: "b"), Content = default }), Is.True, "the text of a nested body is not compared");
        Assert.That(nested.Equals(nested with { Multipart = Body with { Parts = [Part] } }), Is.False);
        Assert.That(new BodyPart { OtherHeaders = default }.Equals(new BodyPart()), Is.True);
        Assert.That(Part.Equals(null), Is.False);
    });

    [Test]
    public void Bodies_are_equal_if_type_and_parts_are() => Assert.Multiple(() =>
    {
        MultipartBody same = MultipartBody.Create("mixed", [Part, new BodyPart()], boundary: "b");
        Assert.That(Body.Equals(same), Is.True);
        Assert.That(same.GetHashCode(), Is.EqualTo(Body.GetHashCode()));
        Assert.That(Body.Equals(Body with { Parts = [new BodyPart(), Part] }), Is.False);
        Assert.That(Body.Equals(Body with { ContentType = MediaType.Parse("multipart/mixed;boundary=c") }), Is.False);
        Assert.That((Body with { Parts = default }).Parts.IsEmpty, Is.True);
        Assert.That(new MultipartBody(Body.ContentType, default).Parts.IsEmpty, Is.True);
        Assert.That(Body.Equals(null), Is.False);
    });

    [Test]
    public void Dispositions_are_equal_ignoring_case() => Assert.Multiple(() =>
    {
        var icon = new ContentDisposition("icon", new ParameterList(new Parameter("handling", "optional")));
        Assert.That(icon.Equals(new ContentDisposition("ICON", icon.Parameters)), Is.True);
        Assert.That(icon.GetHashCode(), Is.EqualTo(new ContentDisposition("ICON").GetHashCode()));
        Assert.That(icon.Equals(new ContentDisposition("icon")), Is.False);
        Assert.That(icon.Equals(new ContentDisposition("render", icon.Parameters)), Is.False);
        Assert.That(icon.ToString(), Is.EqualTo("icon;handling=optional"));
        Assert.That(() => new ContentDisposition("a\r\nb").Write(new ArrayBufferWriter<byte>()), Throws.TypeOf<ImageShareException>());
        Assert.That(icon.Equals(null), Is.False);
    });

    [Test]
    public void Cpim_headers_are_equal_if_all_are() => Assert.Multiple(() =>
    {
        CpimHead head = CpimHead.Create("sip:a", "sip:b", new MediaType("image", "png"));
        CpimHead same = CpimHead.Create("sip:a", "sip:b", new MediaType("image", "png"));
        Assert.That(head.Equals(same), Is.True);
        Assert.That(head.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(head.Equals(head with { Headers = default }), Is.False);
        Assert.That(head.Equals(head with { Content = Part }), Is.False);
        Assert.That(head.Headers, Has.Length.EqualTo(2), "no date if none is given");
        Assert.That((head with { Headers = default }).Headers.IsEmpty, Is.True);
        Assert.That(head.Equals(null), Is.False);
    });

    [TestCase("from", "")]
    [TestCase("to", "")]
    public void A_cpim_head_needs_sender_and_receiver(string which, string value) => Assert.That(
        () => CpimHead.Create(which == "from" ? value : "sip:a", which == "to" ? value : "sip:b", new MediaType("image", "png")),
        Throws.ArgumentException.With.Property("ParamName").EqualTo(which));

    [TestCase("plain", "plain")]
    [TestCase("two words", "two words")]
    [TestCase(";lang=fr beau temps", "beau temps")]
    [TestCase(";lang=fr", ";lang=fr")]
    [TestCase("a;b c", "a;b c")]
    [TestCase("", "")]
    [Category("CPIM-004")]
    public void A_subject_is_read_without_its_language(string value, string subject) =>
        Assert.That(new CpimHead { Headers = [new BodyHeader("SUBJECT", value)] }.Subject, Is.EqualTo(subject));

    [TestCase("From", null)]
    [TestCase("From,To, cc ,DateTime,Subject,NS,Require", null)]
    [TestCase(" , ,", null)]
    [TestCase("", null)]
    [TestCase("from", "from", Description = "names are case-sensitive")]
    [TestCase("Subject, X.y, Z", "X.y")]
    [Category("CPIM-004")]
    public void A_required_header_must_be_known(string value, string? unknown) => Assert.Multiple(() =>
    {
        Assert.That(new CpimHead { Headers = [new BodyHeader("Subject", "x"), new BodyHeader("require", value)] }.UnknownRequirement, Is.EqualTo(unknown));
        Assert.That(new CpimHead { Headers = [new BodyHeader("Require", "NS"), new BodyHeader("Require", value)] }.UnknownRequirement, Is.EqualTo(unknown), "in the second as well");
    });

    [TestCase("2000-12-13T13:40:00Z", "2000-12-13T13:40:00+00:00")]
    [TestCase("2000-12-13T13:40:00", "2000-12-13T13:40:00+00:00", Description = "without a zone, UTC")]
    [TestCase("2000-12-13T13:40:00+05:30", "2000-12-13T13:40:00+05:30")]
    [TestCase("soon", null)]
    public void A_date_is_read_with_its_zone(string value, string? date)
    {
        DateTimeOffset? read = new CpimHead { Headers = [new BodyHeader("DateTime", value)] }.DateTime;
        Assert.That(read?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(date));
    }

    [TestCase("\\b\\t\\n\\r\\\\", "\b\t\n\r\\")]
    [TestCase("\\u0041", "A")]
    [TestCase("\\u004", "u004", Description = "too short")]
    [TestCase("x\\u00e9", "x\u00e9")]
    [TestCase("\\u00E9z", "\u00e9z")]
    [TestCase("\\u 041", "u 041")]
    [TestCase("a\\", "a")]
    [TestCase("\\x\\\"", "x\"")]
    [Category("CPIM-003")]
    public void Escapes_are_undone(string escaped, string value) => Assert.That(CpimText.Unescape(escaped), Is.EqualTo(value));

    [Test]
    [Category("CPIM-003")]
    public void Every_character_is_escaped_and_comes_back() => Assert.Multiple(() =>
    {
        Assert.That(CpimText.Escape("\0\u001f\u007f \u0080~"), Is.EqualTo("\\u0000\\u001f\\u007f \u0080~"));
        for (int c = 0; c <= char.MaxValue; c += c < 300 ? 1 : 97)
        {
            string text = $"{(char)c}{(char)c}";
            string escaped = CpimText.Escape(text);
            Assert.That(CpimText.Unescape(escaped), Is.EqualTo(text));
            Assert.That(escaped.Any(static e => e is < ' ' or '\x7f'), Is.False);
        }
    });

    [TestCase("MaxParts")]
    [TestCase("MaxDepth")]
    [TestCase("MaxHeaderBytes")]
    [TestCase("MaxHeaders")]
    [TestCase("MaxContentBytes")]
    [Category("MIME-013")]
    public void Limits_below_zero_are_refused(string limit)
    {
        Assert.That(() => Set(-1), Throws.TypeOf<ArgumentOutOfRangeException>());

        MultipartLimits Set(int value) => limit switch
        {
            "MaxParts" => new MultipartLimits { MaxParts = value },
            "MaxDepth" => new MultipartLimits { MaxDepth = value },
            "MaxHeaderBytes" => new MultipartLimits { MaxHeaderBytes = value },
            "MaxHeaders" => new MultipartLimits { MaxHeaders = value },
            _ => new MultipartLimits { MaxContentBytes = value },
        };
    }

    [Test]
    [Category("MIME-013")]
    public void The_defaults_of_the_limits_are_as_documented() => Assert.Multiple(() =>
    {
        Assert.That(MultipartLimits.Default, Is.EqualTo(new MultipartLimits { MaxParts = 16, MaxDepth = 4, MaxHeaderBytes = 8192, MaxHeaders = 32, MaxContentBytes = 1_048_576 }));
        Assert.That(new MultipartLimits { MaxDepth = 32 }.MaxDepth, Is.EqualTo(MultipartLimits.DeepestNesting));
    });

    [Test]
    [Category("MIME-007")]
    public void A_part_is_referenced_at_any_depth_unless_two_have_its_id()
    {
        MultipartBody Nest(params BodyPart[] parts) => MultipartBody.Create("mixed", parts);
        BodyPart In(MultipartBody body) => new() { ContentType = body.ContentType, Multipart = body };
        BodyPart other = Part with { Content = new byte[] { 9 } };
        Assert.Multiple(() =>
        {
            Assert.That(Nest(In(Nest(In(Nest(Part))))).Resolve("cid:icon@x"), Is.EqualTo(Part));
            Assert.That(Nest(Part, In(Nest(other))).Resolve("cid:icon@x"), Is.Null, "one of them nested");
            Assert.That(Nest(In(Nest(Part)), other).Resolve("cid:icon@x"), Is.Null);
            Assert.That(Nest(In(Nest(Part)) with { ContentId = "icon@x" }).Resolve("cid:icon@x"), Is.Null);
            Assert.That(Nest(In(Nest(Part)) with { ContentId = "outer@x" }).Resolve("cid:outer@x")?.Multipart, Is.Not.Null);
            Assert.That(Nest(In(Nest(Part, other with { ContentId = "y" })), new BodyPart()).AllParts().Select(static p => p.ContentId ?? "-"), Is.EqualTo((string[])["-", "icon@x", "y", "-"]));
        });
    }

    [Test]
    [Category("MIME-012")]
    public void A_nested_body_is_not_unknown_but_its_parts_may_be()
    {
        BodyPart unknown = new() { ContentType = new MediaType("audio", "wav") };
        var outer = new BodyPart { ContentType = new MediaType("multipart", "mixed"), Multipart = MultipartBody.Create("mixed", [unknown]) };
        MultipartBody body = MultipartBody.Create("mixed", [outer]);
        Assert.That(body.FindRequiredButUnknown(static _ => false), Is.EqualTo(unknown));
        Assert.That(body.FindRequiredButUnknown(static _ => true), Is.Null);
    }

    [TestCase("x\r\n--b\r\ny", 3)]
    [TestCase("--b", 0)]
    [TestCase("--b\r\n", 0)]
    [TestCase("--b \t\r\n", 0)]
    [TestCase("--b\n", 0)]
    [TestCase("--bx\r\n", -1)]
    [TestCase("x--b\r\n", -1)]
    [TestCase("\r--b\r\n", -1)]
    [TestCase("--b x\r\n--b\r\n", 7)]
    [TestCase("x--b--b\n--b", 8)]
    [TestCase("", -1)]
    [TestCase("--", -1)]
    public void A_delimiter_is_alone_on_its_line(string text, int offset)
    {
        byte[] octets = Encoding.ASCII.GetBytes(text);
        Assert.That(Boundary.IndexOfLine(octets, "--b"u8, isLineStart: true), Is.EqualTo(offset));
        if (offset <= 0)
        {
            Assert.That(Boundary.IndexOfLine(octets, "--b"u8, isLineStart: false), Is.EqualTo(-1), "it is in the middle of a line");
        }
    }

    [TestCase("", 0)]
    [TestCase("QUJD", 3)]
    [TestCase("QUI=", 2)]
    [TestCase("QQ==", 1)]
    [TestCase(" Q U\tJ\r\nD ", 3)]
    [TestCase("QQ==\r\n", 1)]
    [TestCase("QUJDQQ", 4)]
    public void The_length_of_base64_is_known_before_it_is_decoded(string text, int length) =>
        Assert.That(ContentDecoder.LengthOfBase64(Encoding.ASCII.GetBytes(text)), Is.EqualTo(length));

    [Test]
    public void The_stream_of_the_reader_is_for_reading_only()
    {
        using var stream = new EntityStream(10, default);
        Assert.Multiple(() =>
        {
            Assert.That((stream.CanRead, stream.CanSeek, stream.CanWrite), Is.EqualTo((true, false, false)));
            Assert.That(() => stream.Length, Throws.TypeOf<NotSupportedException>());
            Assert.That(() => stream.Position, Throws.TypeOf<NotSupportedException>());
            Assert.That(() => stream.Position = 1, Throws.TypeOf<NotSupportedException>());
            Assert.That(() => stream.Seek(0, SeekOrigin.Begin), Throws.TypeOf<NotSupportedException>());
            Assert.That(() => stream.SetLength(0), Throws.TypeOf<NotSupportedException>());
            Assert.That(() => stream.Write([1], 0, 1), Throws.TypeOf<NotSupportedException>());
            Assert.That(stream.Flush, Throws.Nothing);
        });
    }

    [Test]
    public void Arguments_that_are_null_or_empty_are_refused()
    {
        CpimHead head = CpimHead.Create("sip:a", "sip:b", new MediaType("image", "png"));
        Action[] calls =
        [
            () => new ContentDisposition("icon").Write(null!),
            () => ContentIdUrl.CreateContentId(""),
            () => ContentIdUrl.ToUrl(""),
            () => CpimHead.Create("sip:a", "sip:b", null!),
            () => head.Write(null!),
            () => MultipartBody.Create("mixed", null!),
            () => Body.FindRequiredButUnknown(null!),
            () => MultipartCodec.Read(null!, default),
            () => MultipartCodec.Write(null!, new ArrayBufferWriter<byte>()),
            () => MultipartCodec.Write(Body, null!),
            () => OfferBody.WithIcon(default, null!),
            () => OfferBody.WithIcons(default, null!),
            () => BodyUnwrapper.CanUnwrap(null!),
        ];
        Assert.Multiple(() =>
        {
            for (int i = 0; i < calls.Length; i++)
            {
                Assert.That(calls[i], Throws.InstanceOf<ArgumentException>(), $"{i}");
            }
        });
    }

    [TestCase("multipart/x", true)]
    [TestCase("MULTIPART/mixed", true)]
    [TestCase("message/CPIM", true)]
    [TestCase("message/rfc822", false)]
    [TestCase("text/cpim", false)]
    public void Only_multipart_and_cpim_are_unwrapped(string type, bool can) => Assert.That(BodyUnwrapper.CanUnwrap(MediaType.Parse(type)), Is.EqualTo(can));

    [Test]
    public async Task Nothing_is_read_after_the_end_or_an_error()
    {
        var ended = new BodyUnwrapper(MediaType.Parse("multipart/mixed;boundary=b"));
        await ended.PushAsync("--b\r\n\r\nx\r\n--b--"u8.ToArray());
        await ended.EndAsync();
        List<UnwrapEventKind> kinds = [];
        while (ended.TryRead(out UnwrapEvent next))
        {
            kinds.Add(next.Kind);
        }

        Assert.That(kinds, Has.Count.GreaterThan(0).And.Some.EqualTo(UnwrapEventKind.End));
        await ended.PushAsync("--b\r\n\r\ny\r\n--b--"u8.ToArray());
        Assert.That(ended.TryRead(out _), Is.False);
        await ended.EndAsync();
        Assert.That(ended.TryRead(out _), Is.False, "the end comes once");
        Assert.That(ended.Error, Is.EqualTo(UnwrapError.None));

        var failed = new BodyUnwrapper(MediaType.Parse("message/cpim"));
        await failed.PushAsync("no head\r\n\r\n"u8.ToArray());
        Assert.That(failed.Error, Is.EqualTo(UnwrapError.BadCpimHead));
        await failed.PushAsync("From: <a:b>\r\n\r\nContent-Type: text/plain\r\n\r\nx"u8.ToArray());
        await failed.EndAsync();
        Assert.That(failed.TryRead(out _), Is.False);
    }

    private static TestCaseData<BodyPart> Row(string name, BodyPart part) => new TestCaseData<BodyPart>(part).SetArgDisplayNames(name);
}
