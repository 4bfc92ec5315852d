using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

/// <summary>Bodies as odd as peers and networks make them: read whole and in every split, with the same parts.</summary>
[TestFixture]
public sealed class MultipartShapesTests
{
    private const string Mixed = "multipart/mixed;boundary=b";
    private const string Png = "Content-Type: image/png\r\n\r\n";

    // The type, the body, its parts, and what is said of it.
    private static readonly string[][] Shapes =
    [
        // Close delimiters: with CRLF, cut off after the CR, with LF, with nothing, with blanks.
        [Mixed, $"--b\r\n{Png}DATA\r\n--b--\r\n", "image/png DATA", ""],
        [Mixed, $"--b\r\n{Png}DATA\r\n--b--\r", "image/png DATA", ""],
        [Mixed, $"--b\r\n{Png}DATA\r\n--b--\n", "image/png DATA", "BareLineFeed"],
        [Mixed, $"--b\r\n{Png}DATA\r\n--b--", "image/png DATA", ""],
        [Mixed, $"--b\r\n{Png}DATA\r\n--b-- \t", "image/png DATA", ""],
        [Mixed, $"--b\r\n{Png}DATA\r\n--b--junk", "image/png DATA\r\n--b--junk", "MissingCloseDelimiter"],
        [Mixed, $"--b\r\n{Png}DATA\r\n--b-\r\n--b--", "image/png DATA\r\n--b-", ""],

        // In front, between and behind.
        [Mixed, $"\r\n--b\r\n{Png}DATA\r\n--b--\r\n", "image/png DATA", ""],
        [Mixed, $"text --b\r\n--b\r\n{Png}DATA\r\n--b--\r\nepilogue\r\n--b\r\n\r\nx\r\n--b--", "image/png DATA", ""],
        [Mixed, "--b \t \r\n\r\n1\r\n--b\t\r\n\r\n2\r\n--b-- ", "text/plain 1|text/plain 2", ""],
        [Mixed, "--b\r\n\r\nx\r\n--bjunk\r\n--b-x\r\ny--b\r\n--b--", "text/plain x\r\n--bjunk\r\n--b-x\r\ny--b", ""],
        [Mixed, "--b\n\n1\n--b\n\n2\n--b--\n", "text/plain 1|text/plain 2", "BareLineFeed"],
        [Mixed, "--b\n\n1\r\n2\r\n\n--b--\n", "text/plain 1\r\n2\r\n", "BareLineFeed"],
        [Mixed, "--b\r\n\r\n\r\n--b--", "text/plain ", ""],
        [Mixed, "--b\r\n\r\n--b--", "text/plain ", ""],
        [Mixed, "--b\r\n\r\n\r\n\r\n--b--", "text/plain \r\n", ""],
        [Mixed, "--b\r\n\r\nends in CR\r\r\n--b--", "text/plain ends in CR\r", ""],
        [Mixed, "--b\r\n--b\r\n\r\nx\r\n--b--", "text/plain x", "EmptyPart"],
        [Mixed, "--b\r\nContent-Type: a/b\r\n--b--", "a/b ", "MissingEmptyLine"],

        // Cut off.
        [Mixed, "--b\r\n\r\nx\r\n", "text/plain x", "MissingCloseDelimiter"],
        [Mixed, "--b\r\n\r\nx\r\n--b\r\nContent-Ty", "text/plain x|text/plain ", "MissingEmptyLine MalformedHeader MissingCloseDelimiter"],
        [Mixed, "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nREFUQ\r\n", "image/png damaged", "BadBase64 MissingCloseDelimiter"],
        ["multipart/mixed;boundary=b1", "--b1\r\n\r\nx\r\n--b", "text/plain x\r\n--b", "MissingCloseDelimiter"],

        // Levels.
        [Mixed, "--b\r\nContent-Type: multipart/mixed;boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n--b\r\n\r\ny\r\n--b--", "text/plain x|text/plain y", ""],
        [Mixed, "--b\r\nContent-Type: multipart/mixed;boundary=i\r\n\r\n--i\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--", "text/plain x|text/plain y", "MissingCloseDelimiter"],
        [Mixed, "--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--b--", "text/plain x", ""],
        [Mixed, "--b\r\nContent-Type: multipart/mixed\r\n\r\n--i\r\n\r\nx\r\n--b--", "multipart/mixed --i\r\n\r\nx", "UnreadableNestedBody"],
        [Mixed, "--b\r\nContent-Type: multipart/mixed;boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n--b--", "multipart/mixed --\r\n\r\nx", "UnreadableNestedBody"],
        [Mixed, "--b\r\nContent-Type: multipart/mixed;boundary=i\r\nContent-Transfer-Encoding: base64\r\n\r\nREFUQQ==\r\n--b--", "multipart/mixed DATA", ""],
        [Mixed, "--b\r\nContent-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=\"i\"\r\n\r\n--ai\r\n\r\nx\r\n--ai--\r\n--b--", "text/plain x", ""],

        // Header fields.
        [Mixed, "--b\r\nCONTENT-TYPE:\r\n\timage/png;\r\n name=x\r\n\r\nDATA\r\n--b--", "image/png DATA", ""],
        [Mixed, "--b\r\nContent-Type : image/png\r\n\r\nDATA\r\n--b--", "image/png DATA", "SpaceBeforeColon"],
        [Mixed, "--b\r\nContent-Type: image/png; flag\r\n\r\nDATA\r\n--b--", "image/png DATA", ""],
        [Mixed, "--b\r\nContent-Type: nonsense\r\n\r\nDATA\r\n--b--", "application/octet-stream DATA", "UnreadableContentType"],
        [Mixed, "--b\r\nno colon\r\nContent-Type: image/png\r\n\r\nDATA\r\n--b--", "image/png DATA", "MalformedHeader"],
        [Mixed, "--b\r\nFrom here on\r\nContent-Type: image/png\r\n\r\nDATA\r\n--b--", "image/png DATA", "MalformedHeader"],
        [Mixed, "--b\r\nX: a\rb\r\n\r\nDATA\r\n--b--", "text/plain DATA", "MalformedHeader"],
        [Mixed, "--b\r\nContent-Type: message/rfc822\0\r\nContent-Type: multipart/mixed;boundary=i\r\n\r\nA: b\r\n\r\n--i\r\n\r\nx\r\n--i--\r\n--b--",
            "application/octet-stream A: b\r\n\r\n--i\r\n\r\nx\r\n--i--", "MalformedHeader RepeatedHeader"],
        [Mixed, "--b\r\nContent-Length: 1\r\n\r\nDATA\r\n--b--", "text/plain DATA", "PartContentLength"],

        // Encodings.
        [Mixed, "--b\r\nContent-Transfer-Encoding: Base64 (so)\r\n\r\nRE FU\r\n\tQQ==\r\n\r\n--b--", "text/plain DATA", ""],
        [Mixed, "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nREFUQQ\r\n--b--", "text/plain DATA", "MissingBase64Padding"],
        [Mixed, "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nREFUQQ==REFU\r\n--b--", "text/plain damaged", "BadBase64"],
        [Mixed, "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nREF!UQQ==\r\n--b--", "text/plain damaged", "BadBase64"],
        [Mixed, "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc \t\r\nd=4\r\n--b--", "text/plain a=bc\r\nd=4", ""],
        [Mixed, "--b\r\nContent-Transfer-Encoding: x-own\r\n\r\nDATA\r\n--b--", "text/plain damaged", "UnknownTransferEncoding"],

        // Boundaries.
        ["multipart/mixed;boundary=1234567890123456789012345678901234567890123456789012345678901234567890",
            "--1234567890123456789012345678901234567890123456789012345678901234567890\r\n\r\nx\r\n--1234567890123456789012345678901234567890123456789012345678901234567890--", "text/plain x", ""],
        ["multipart/mixed;boundary=\"a b:c'()+_,-./=?z\"", "--a b:c'()+_,-./=?z\r\n\r\nx\r\n--a b:c'()+_,-./=?z--", "text/plain x", ""],
        ["multipart/mixed;boundary=\"=?utf-8?Q?b?=\"", "--=?utf-8?Q?b?=\r\n\r\nx\r\n--=?utf-8?Q?b?=--", "text/plain x", ""],
        ["multipart/mixed;boundary=\"b \"", "--b \r\n\r\nx\r\n--b \r\n\r\ny\r\n--b--", "text/plain x|text/plain y", "IllegalBoundary"],
        ["multipart/mixed;boundary=\"b \"", "--b \r\n\r\nx\r\n--b \r\n\r\ny\r\r\n--b -- \t\r\n--b \r\n\r\nz\r\n--b --", "text/plain x|text/plain y\r", "IllegalBoundary"],
        ["multipart/mixed;boundary=\"b \"", "--b \n\nx\n--b --junk\n--b  --\n --b --\n--b --", "text/plain x\n--b --junk\n--b  --\n --b --", "IllegalBoundary BareLineFeed"],
        ["multipart/mixed;boundary=\"b \"", "--b \r\n\r\n--b --\r\n", "text/plain ", "IllegalBoundary"],
        [Mixed, "--b\r\nContent-Type: multipart/mixed;boundary=\"i  \"\r\n\r\n--i\r\n\r\nx\r\n--i  --\r\n--b\r\n\r\ny\r\n--b--", "text/plain x|text/plain y", "IllegalBoundary"],
    ];

    private static IEnumerable<TestCaseData> Cases() => Shapes.Select((s, i) => new TestCaseData(s[0], s[1], s[2], s[3]).SetArgDisplayNames($"{i}"));

    [TestCaseSource(nameof(Cases))]
    [Category("MIME-001")]
    [Category("MIME-002")]
    [Category("MIME-009")]
    public void Every_shape_has_its_parts_whole_and_however_it_is_cut(string type, string body, string parts, string warnings)
    {
        var mediaType = MediaType.Parse(type);
        byte[] octets = Encoding.Latin1.GetBytes(body);
        MultipartReadResult whole = MultipartCodec.Read(mediaType, octets);
        Assert.That(whole.Error, Is.EqualTo(MultipartError.None));
        Assert.That(string.Join('|', whole.Body!.AllParts().Where(p => p.Multipart is null).Select(Print)), Is.EqualTo(parts));
        Assert.That(whole.Warnings.Select(w => w.Code.ToString()), Is.EquivalentTo(warnings.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        foreach (ReadOnlyMemory<byte>[] split in Segments.EverySplit(octets).Append([.. Unwrapped.Singles(octets)]))
        {
            Assert.That(Unwrapped.Print(Unwrapped.Read(mediaType, split)), Is.EqualTo(parts));
        }
    }

    [TestCase("message/rfc822")]
    [TestCase("message/global")]
    [TestCase("message/external-body")]
    [TestCase("text/rfc822-headers")]
    [TestCase("multipart/mixed")]
    public void A_message_is_one_part_whatever_is_in_it(string type)
    {
        const string Message = "Subject: x\r\nContent-Type: multipart/mixed;boundary=m\r\n\r\n--m\r\nContent-Type: image/png\r\n\r\nICON\r\n--m--\r\n";
        string body = $"--b\r\nContent-Type: {type}\r\n\r\n{Message}\r\n--b\r\nContent-Type: image/png\r\n\r\nDATA\r\n--b--\r\n";
        byte[] octets = Encoding.ASCII.GetBytes(body);
        string expected = $"{type} {Message}|image/png DATA";
        Assert.That(string.Join('|', MultipartCodec.Read(MediaType.Parse(Mixed), octets).Body!.Parts.Select(Print)), Is.EqualTo(expected));
        foreach (ReadOnlyMemory<byte>[] split in Segments.EverySplit(octets).Append([.. Unwrapped.Singles(octets)]))
        {
            Assert.That(Unwrapped.Print(Unwrapped.Read(MediaType.Parse(Mixed), split)), Is.EqualTo(expected));
        }
    }

    [Test]
    [Category("MIME-007")]
    public void Parameters_come_without_their_encoding_and_never_with_a_line_break()
    {
        BodyPart part = MultipartReadTests.ReadBody(
            Mixed, "--b\r\nContent-Disposition: icon; handling=optional; filename*=utf-8''caf%C3%A9.png; x*=utf-8''a%0D%0Ab\r\nContent-ID: <foo4%25foo1@x> (c)\r\n\r\n\r\n--b--").Parts[0];
        Assert.Multiple(() =>
        {
            Assert.That(part.ContentId, Is.EqualTo("foo4%25foo1@x"));
            Assert.That(part.Disposition!.IsRequired, Is.False);
            Assert.That(part.Disposition.Parameters.GetValue("filename"), Is.EqualTo("caf\u00e9.png"));
            Assert.That(part.Disposition.Parameters.Contains("x"), Is.False);
        });
    }

    private static string Print(BodyPart part) => $"{part.ContentType.Essence} {(part.IsDamaged ? "damaged" : Encoding.Latin1.GetString(part.Content.Span))}";
}
