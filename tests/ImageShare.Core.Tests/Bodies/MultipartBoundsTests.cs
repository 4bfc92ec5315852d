using System.Buffers;
using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

/// <summary>The last part, level and byte that are read and written, and where a warning stands.</summary>
[TestFixture]
public sealed class MultipartBoundsTests
{
    private const string Related = "multipart/related;boundary=b";

    [TestCase("\"<a@x>\"", "")]
    [TestCase("\"<b@x>\"", "DanglingStart 0")]
    [TestCase("nobody", "DanglingStart 0")]
    [Category("MIME-005")]
    public void A_start_that_refers_to_no_part_is_warned_of(string start, string warnings)
    {
        const string Text = "--b\r\nContent-ID: <a@x>\r\n\r\nx\r\n--b--\r\n";
        Assert.That(Warnings($"{Related};start={start}", Text), Is.EqualTo(warnings));
        Assert.That(Warnings($"multipart/mixed;boundary=b;start={start}", Text), Is.Empty, "only related has a root");
    }

    [Test]
    [Category("MIME-007")]
    public void Warnings_are_listed_by_offset_with_that_of_the_line()
    {
        const string Text = "--b\nContent-ID: <a@x>\r\nContent-Length: 1\r\n\r\nx\r\n--b\r\nX : y\r\nContent-Type: multipart/mixed;boundary=i\r\nContent-ID: <a@x>\r\n\r\n"
            + "--i\r\nContent-ID: <a@x>\r\n\r\ny\r\n--i--\r\n--b\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ\r\n--b--\r\n";
        (BodyWarningCode Code, string Line)[] warnings = [.. MultipartCodec.Read(MediaType.Parse(Related), Encoding.ASCII.GetBytes(Text)).Warnings.Select(static w => (w.Code, Text[w.Offset..].Split('\r')[0]))];
        Assert.That(warnings, Is.EqualTo(((BodyWarningCode, string)[])
        [
            (BodyWarningCode.BareLineFeed, "--b\nContent-ID: <a@x>"),
            (BodyWarningCode.PartContentLength, "Content-Length: 1"),
            (BodyWarningCode.SpaceBeforeColon, "X : y"),
            (BodyWarningCode.DuplicateContentId, "--i"),
            (BodyWarningCode.DuplicateContentId, "y"),
            (BodyWarningCode.EmptyPart, "--b"),
            (BodyWarningCode.MissingBase64Padding, "QQ"),
        ]));
    }

    [TestCase("a b c", 0)]
    [TestCase("a b b", 1)]
    [TestCase("a b c b", 1)]
    [TestCase("a b a b", 2)]
    public void Each_part_with_the_content_id_of_another_is_warned_of(string ids, int warnings)
    {
        string text = string.Concat(ids.Split(' ').Select(static id => $"--b\r\nContent-ID: <{id}@x>\r\n\r\nx\r\n")) + "--b--\r\n";
        Assert.That(
            MultipartCodec.Read(MediaType.Parse(Related), Encoding.ASCII.GetBytes(text)).Warnings.Count(static w => w.Code == BodyWarningCode.DuplicateContentId), Is.EqualTo(warnings));
    }

    [TestCase("QUJD", 6, MultipartError.None)]
    [TestCase("QUJD", 5, MultipartError.ContentTooLarge)]
    [TestCase("Q U\r\nJD", 6, MultipartError.None)]
    [Category("MIME-013")]
    public void Decoded_bytes_of_all_parts_count_together(string encoded, int limit, MultipartError error)
    {
        string text = $"--b\r\n\r\nabc\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--";
        MultipartReadResult read = MultipartCodec.Read(MediaType.Parse(Related), Encoding.ASCII.GetBytes(text), new MultipartLimits { MaxContentBytes = limit });
        Assert.That(read.Error, Is.EqualTo(error));
        Assert.That(read.Offset, Is.EqualTo(error == MultipartError.None ? 0 : text.IndexOf(encoded, StringComparison.Ordinal)));
        Assert.That(read.IsSuccess, Is.EqualTo(error == MultipartError.None));
    }

    [TestCase(32, true)]
    [TestCase(33, false)]
    [Category("MIME-013")]
    public void A_body_is_written_32_levels_deep_and_no_deeper(int levels, bool isWritten)
    {
        MultipartBody body = MultipartBody.Create("mixed", [new BodyPart()]);
        for (int level = 1; level < levels; level++)
        {
            body = MultipartBody.Create("mixed", [new BodyPart { ContentType = body.ContentType, Multipart = body }]);
        }

        Assert.That(() => MultipartCodec.Write(body, new ArrayBufferWriter<byte>()), isWritten ? Throws.Nothing : Throws.TypeOf<ImageShareException>().With.Message.Contains("nested too deeply"));
    }

    [TestCase("!~ =\x7f\t", "!~=20=3D=7F=09")]
    [TestCase("a\r\nb\n", "a=0D=0Ab=0A")]
    [Category("MIME-009")]
    public void Quoted_printable_escapes_everything_but_visible_ASCII(string content, string written) =>
        Assert.That(Quoted(Encoding.Latin1.GetBytes(content)), Is.EqualTo(written));

    [Test]
    [Category("MIME-009")]
    public void Quoted_printable_lines_have_76_characters_with_their_soft_break() => Assert.Multiple(() =>
    {
        Assert.That(Quoted(Encoding.ASCII.GetBytes(new string('x', 75))), Is.EqualTo(new string('x', 75)));
        Assert.That(Quoted(Encoding.ASCII.GetBytes(new string('x', 76))), Is.EqualTo(new string('x', 75) + "=\r\nx"));
        Assert.That(Quoted(Encoding.ASCII.GetBytes(new string('x', 151))), Is.EqualTo($"{new string('x', 75)}=\r\n{new string('x', 75)}=\r\nx"));
        Assert.That(Quoted(new byte[26]), Is.EqualTo(string.Concat(Enumerable.Repeat("=00", 25)) + "=\r\n=00"));
        Assert.That(Quoted([.. Encoding.ASCII.GetBytes(new string('x', 73)), 0]), Is.EqualTo(new string('x', 73) + "=\r\n=00"));
    });

    private static string Quoted(byte[] content)
    {
        MultipartBody body = MultipartBody.Create("mixed", [new BodyPart { Content = content, TransferEncoding = TransferEncoding.QuotedPrintable }], boundary: "b");
        var output = new ArrayBufferWriter<byte>();
        MultipartCodec.Write(body, output);
        string text = Encoding.Latin1.GetString(output.WrittenSpan);
        int start = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        return text[start..text.LastIndexOf("\r\n--b--", StringComparison.Ordinal)];
    }

    private static string Warnings(string type, string text) =>
        string.Join(' ', MultipartCodec.Read(MediaType.Parse(type), Encoding.ASCII.GetBytes(text)).Warnings.Select(static w => $"{w.Code} {w.Offset}"));
}
