using System.Buffers;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Cpim;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class CpimHeadTests
{
    private const string Strict =
        "From: MR SANDERS <im:piglet@100akerwood.com>\r\nTo: Depressed Donkey <im:eeyore@100akerwood.com>\r\nDateTime: 2000-12-13T13:40:00-08:00\r\n"
        + "Subject: the weather will be fine today\r\nSubject:;lang=fr beau temps prevu pour aujourd'hui\r\nNS: MyFeatures <mid:MessageFeatures@id.foo.com>\r\n"
        + "Require: MyFeatures.VitalMessageOption\r\nMyFeatures.VitalMessageOption: Confirmation-requested\r\n\r\n"
        + "Content-Type: text/xml; charset=utf-8\r\nContent-ID: <1234567890@foo.com>\r\n\r\n";

    // As RFC 4975 and RFC 5547 print it: no empty line before the MIME headers.
    private const string Figure = "To: Bob <sip:bob@example.com>\r\nFrom: Alice <sip:alice@example.com>\r\nDateTime: 2006-05-15T15:02:31-03:00\r\n"
        + "Content-Disposition: render; filename=\"cat.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";

    private const string SubjectOnly = "subject : hello\r\n\r\ncontent-type: image/png\r\n\r\n";

    [Test]
    [Category("CPIM-001")]
    [Category("CPIM-004")]
    public void Reads_the_form_of_the_rfc()
    {
        CpimHead head = Read(Strict);
        Assert.Multiple(() =>
        {
            Assert.That(head.From, Is.EqualTo("MR SANDERS <im:piglet@100akerwood.com>"));
            Assert.That(head.To, Is.EqualTo("Depressed Donkey <im:eeyore@100akerwood.com>"));
            Assert.That(head.DateTime, Is.EqualTo(new DateTimeOffset(2000, 12, 13, 13, 40, 0, TimeSpan.FromHours(-8))));
            Assert.That(head.Subject, Is.EqualTo("the weather will be fine today"));
            Assert.That(head.UnknownRequirement, Is.EqualTo("MyFeatures.VitalMessageOption"));
            Assert.That(head.Content.ContentType.Is("text", "xml"), Is.True);
            Assert.That(head.Content.ContentId, Is.EqualTo("1234567890@foo.com"));
        });
    }

    [Test]
    [Category("CPIM-005")]
    public void Reads_the_form_of_the_figures()
    {
        CpimHead head = Read(Figure);
        Assert.Multiple(() =>
        {
            Assert.That(head.From, Is.EqualTo("Alice <sip:alice@example.com>"));
            Assert.That(head.Content.ContentType.Essence, Is.EqualTo("image/jpeg"));
            Assert.That(head.Content.Disposition!.Parameters.GetValue("filename"), Is.EqualTo("cat.jpg"));
            Assert.That(head, Is.EqualTo(Read(Figure.Replace("Content-Disposition", "\r\nContent-Disposition", StringComparison.Ordinal))));
        });
    }

    [Test]
    [Category("CPIM-006")]
    public void Reads_wrappers_with_a_subject_alone_and_in_any_case()
    {
        CpimHead head = Read(SubjectOnly);
        Assert.Multiple(() =>
        {
            Assert.That(head.Subject, Is.EqualTo("hello"));
            Assert.That(head.From, Is.Null);
            Assert.That(head.DateTime, Is.Null);
            Assert.That(head.UnknownRequirement, Is.Null);
            Assert.That(head.Content.ContentType.Essence, Is.EqualTo("image/png"));
            Assert.That(Read("\r\nContent-Type: image/png\r\n\r\n").Content.ContentType.Essence, Is.EqualTo("image/png"));
        });
    }

    [TestCase(Strict)]
    [TestCase(Figure)]
    [TestCase(SubjectOnly)]
    [Category("CPIM-001")]
    [Category("CPIM-002")]
    public void The_head_ends_where_the_content_begins_however_it_is_cut(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text + "\r\nFrom: content");
        CpimHead whole = Read(text);
        foreach (ReadOnlyMemory<byte>[] split in Segments.EverySplit(octets))
        {
            var input = new ReadOnlySequence<byte>(split[0]);
            OperationStatus first = CpimHead.Read(ref input, out CpimHead? head);
            Assert.That(first, Is.EqualTo(split[0].Length < text.Length ? OperationStatus.NeedMoreData : OperationStatus.Done));
            Assert.That(head, Is.EqualTo(first == OperationStatus.Done ? whole : null));
            input = Segments.Join(split);
            Assert.That(CpimHead.Read(ref input, out head), Is.EqualTo(OperationStatus.Done));
            Assert.That(head, Is.EqualTo(whole));
            Assert.That(Encoding.UTF8.GetString(input), Is.EqualTo("\r\nFrom: content"));
        }

        ReadOnlySequence<byte> singles = Segments.Join(Segments.Cut(octets, 1));
        Assert.That(CpimHead.Read(ref singles, out CpimHead? again), Is.EqualTo(OperationStatus.Done));
        Assert.That(again, Is.EqualTo(whole));
    }

    [Test]
    [Category("CPIM-002")]
    [Category("SEC-001")]
    public void A_head_without_end_is_refused() => Assert.Multiple(() =>
    {
        Assert.That(Status(new string('x', CpimHead.DefaultMaxBytes)), Is.EqualTo(OperationStatus.NeedMoreData));
        Assert.That(Status(new string('x', CpimHead.DefaultMaxBytes + 1)), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(Status(string.Concat(Enumerable.Repeat("X: y\r\n", 3000))), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(Status("X: y\r\n\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 3000)) + "\r\n"), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(Status("no colon\r\n"), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(Status(": no name\r\n"), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(Status("From: a\0b\r\n"), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(Status(""), Is.EqualTo(OperationStatus.NeedMoreData));
    });

    [TestCase(Figure)]
    [TestCase(Strict)]
    [Category("CPIM-002")]
    [Category("SEC-001")]
    public void A_head_may_be_as_long_as_the_limit_and_no_longer(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        int line = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        Assert.Multiple(() =>
        {
            Assert.That(StatusAt(octets, octets.Length), Is.EqualTo(OperationStatus.Done));
            Assert.That(StatusAt([.. octets, 1, 2, 3], octets.Length), Is.EqualTo(OperationStatus.Done), "the content does not count");
            Assert.That(StatusAt(octets, octets.Length - 1), Is.EqualTo(OperationStatus.InvalidData));
            Assert.That(StatusAt(octets[..line], line), Is.EqualTo(OperationStatus.NeedMoreData));
            Assert.That(StatusAt(octets[..line], line - 1), Is.EqualTo(OperationStatus.InvalidData));
        });

        static OperationStatus StatusAt(byte[] octets, int limit)
        {
            var input = new ReadOnlySequence<byte>(octets);
            return CpimHead.Read(ref input, out _, limit);
        }
    }

    [Test]
    public void Only_headers_whose_name_goes_on_after_Content_are_of_the_content()
    {
        CpimHead head = Read("Content-: a\r\nContent-X: b\r\n\r\nContent-Type: image/png\r\n\r\n");
        Assert.That(head.Headers, Is.EqualTo((BodyHeader[])[new("Content-", "a")]));
        Assert.That(head.Content.OtherHeaders, Is.EqualTo((BodyHeader[])[new("Content-X", "b")]));
    }

    [Test]
    [Category("CPIM-003")]
    public void Writes_from_to_and_date_with_one_space_and_exact_names()
    {
        CpimHead head = CpimHead.Create(
            "sip:alice@example.com", "sip:bob@example.com", new MediaType("image", "png"), new DateTimeOffset(2008, 10, 15, 10, 40, 46, TimeSpan.FromHours(2)));
        Assert.Multiple(() =>
        {
            Assert.That(head.ToString(), Is.EqualTo(
                "From: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\nDateTime: 2008-10-15T10:40:46+02:00\r\n\r\nContent-Type: image/png\r\n\r\n"));
            Assert.That(Read(head.ToString()), Is.EqualTo(head));
        });
    }

    [Test]
    [Category("CPIM-003")]
    public void Control_characters_are_escaped_and_come_back()
    {
        const string nasty = "sip:a\\b\r\nTo: evil\t\0\b\x7f@x";
        CpimHead head = CpimHead.Create(nasty, "sip:b", new MediaType("image", "png"));
        Assert.Multiple(() =>
        {
            Assert.That(head.ToString().Split("\r\n"), Has.Length.EqualTo(6));
            Assert.That(Read(head.ToString()).From, Is.EqualTo($"<{nasty}>"));
            Assert.That(Read("From: \\q\\u0041\\u00zz\\\"x\\\r\n\r\n\r\n").From, Is.EqualTo("qAu00zz\"x"));
            Assert.That(() => new CpimHead { Headers = [new BodyHeader("From", "a\r\nb")] }.ToString(), Throws.TypeOf<ImageShareException>());
        });
    }

    [Test]
    [Category("SEC-001")]
    public void Random_damage_never_throws()
    {
        var random = new Random(3862);
        byte[] alphabet = "\r\n\0 \t:-;\\uC"u8.ToArray();
        for (int round = 0; round < 3000; round++)
        {
            byte[] octets = Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Strict : Figure);
            for (int hit = random.Next(1, 10); hit > 0; hit--)
            {
                octets[random.Next(octets.Length)] = alphabet[random.Next(alphabet.Length)];
            }

            var input = new ReadOnlySequence<byte>(octets);
            if (CpimHead.Read(ref input, out CpimHead? head) == OperationStatus.Done)
            {
                _ = (head!.From, head.To, head.DateTime, head.Subject, head.UnknownRequirement);
            }
        }
    }

    private static CpimHead Read(string text)
    {
        var input = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text));
        Assert.That(CpimHead.Read(ref input, out CpimHead? head), Is.EqualTo(OperationStatus.Done));
        return head!;
    }

    private static OperationStatus Status(string text)
    {
        var input = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text));
        return CpimHead.Read(ref input, out _);
    }

    [TestCase("Content-ID: no brackets here")]
    [TestCase("Content-ID: <>")]
    [TestCase("Content-ID: <a b@c>")]
    [TestCase("Content-ID:\u0011<>>>>>>>F>> >>>b")]
    [TestCase("Content-Transfer-Encoding:(inary")]
    [TestCase("Content-Transfer-Encoding: x-unknown")]
    [TestCase("Content-Transfer-Encoding: 8bit; strange")]
    [TestCase("Content-Transfer-Encoding:")]
    [TestCase("Content-Disposition: \"broken")]
    [Category("CPIM-006")]
    public void What_was_read_can_be_printed_and_read_again(string header)
    {
        CpimHead head = Read($"From: <im:a@h>\r\n\r\nContent-Type: image/png\r\n{header}\r\n\r\n");
        CpimHead again = Read(head.ToString());
        Assert.That(again, Is.EqualTo(head));
        Assert.That((again.From, again.Content.ContentType.ToString()), Is.EqualTo(("<im:a@h>", "image/png")));
    }
}
