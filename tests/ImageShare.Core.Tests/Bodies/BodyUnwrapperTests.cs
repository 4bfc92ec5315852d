using System.Text;
using ImageShare.Core.Bodies;
using ImageShare.Core.Bodies.Unwrapping;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Bodies;

[TestFixture]
public sealed class BodyUnwrapperTests
{
    private const string Cpim = "From: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\nDateTime: 2008-10-15T10:40:46+02:00\r\n\r\nContent-Type: image/png\r\n\r\n";
    private const string Figure = "To: Bob <sip:bob@example.com>\r\nFrom: Alice <sip:alice@example.com>\r\nContent-Disposition: render\r\nContent-Type: image/jpeg\r\n\r\n";
    private const string Mixed = "preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: image/png\r\n\r\n\r\n--bx\r\nDATA\r\n\r\n--b--\r\nepilogue\r\n--b\r\n\r\nx";

    private static readonly string[][] Wrapped =
    [
        ["message/cpim", Cpim + "DATA\r\n\r\n", "image/png DATA\r\n\r\n"],
        ["message/cpim", Figure + "\r\nDATA", "image/jpeg \r\nDATA"],
        ["Message/CPIM", "subject: hello\r\n\r\ncontent-type: image/png\r\ncontent-transfer-encoding: base64\r\n\r\nREF\r\nUQQ==", "image/png DATA"],
        ["message/cpim", Cpim, "image/png "],
        ["message/cpim", Cpim.Replace("image/png", "multipart/mixed;boundary=b", StringComparison.Ordinal) + Mixed, "text/plain hello|image/png \r\n--bx\r\nDATA\r\n"],
        ["multipart/mixed;boundary=b", Mixed, "text/plain hello|image/png \r\n--bx\r\nDATA\r\n"],
        ["multipart/alternative; boundary=\"b\"", "--b\n\nplain\n--b\nContent-Type: image/png\n\nDATA\n--b--", "text/plain plain|image/png DATA"],
        ["multipart/mixed;boundary=a", $"--a\r\nContent-Type: message/cpim\r\n\r\n{Cpim}DATA\r\n--a--\r\n", "image/png DATA"],
        ["multipart/mixed;boundary=a", $"--a\r\nContent-Type: multipart/alternative;boundary=b\r\n\r\n{Mixed}\r\n--a\r\n\r\nlast\r\n--a--\r\n", "text/plain hello|image/png \r\n--bx\r\nDATA\r\n|text/plain last"],
        ["multipart/mixed;boundary=a", $"--a\r\nContent-Type: multipart/mixed;boundary=aa\r\n\r\n--aa\r\n\r\nx\r\n--aa--\r\n--a--\r\n", "text/plain x"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nD=41=\r\nTA=0D=0A =3D  \r\nx\r\n--b--", "image/png DATA\r\n =\r\nx"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nRE!FU\r\n--b\r\n\r\nx\r\n--b--", "image/png damaged|text/plain x"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: x-own\r\n\r\nRE!FU\r\n--b--", "image/png damaged"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: image/png\r\n\r\nDATA\r\n", "image/png DATA"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: image/png", "image/png "],
        ["multipart/mixed;boundary=b", "--b\r\n--b \t\r\n\r\n\r\nx\r--b\r\n--b--", "text/plain \r\nx\r--b"],
        ["multipart/mixed;boundary=\"b \"", "--b \r\n\r\nx\r\n--b \r\n\r\ny\r\n--b--\r\n", "text/plain x|text/plain y"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--b--", "multipart/mixed x"],
        ["multipart/mixed;boundary=b", "--b\r\nContent-Type: message/cpim\r\n\r\nno head\r\n--b--", " BadCpimHead"],
        ["message/cpim", Cpim[..^2], " BadCpimHead"],
        ["message/cpim", "Require: X.y\r\nX.y: z\r\n" + Cpim + "DATA", " UnknownRequirement"],
        ["message/cpim", "Require: From,Subject\r\n" + Cpim + "DATA", "image/png DATA"],
        ["message/cpim", new string('x', 20_000), " BadCpimHead"],
        ["multipart/mixed", "--b\r\n\r\nx\r\n--b--", " BadBoundary"],
        ["multipart/mixed;boundary=b", "nothing", " NoParts"],
        ["multipart/mixed;boundary=b", "", " NoParts"],
        ["multipart/mixed;boundary=b", "--b\r\nX: " + new string('y', 9000), " HeadersTooLarge"],
    ];

    private static IEnumerable<TestCaseData> Cases() => Wrapped.Select((c, i) => new TestCaseData(c[0], c[1], c[2]).SetArgDisplayNames($"{i} {c[0]}"));

    [TestCaseSource(nameof(Cases))]
    [Category("MSRP-047")]
    [Category("CPIM-001")]
    [Category("CPIM-002")]
    [Category("CPIM-004")]
    [Category("CPIM-005")]
    [Category("CPIM-006")]
    public void Finds_what_is_wrapped_however_the_octets_are_cut(string type, string text, string expected)
    {
        var mediaType = MediaType.Parse(type);
        byte[] octets = Encoding.Latin1.GetBytes(text);
        Assert.That(Unwrapped.Print(Unwrapped.Read(mediaType, Whole(octets))), Is.EqualTo(expected));
        Assert.That(Unwrapped.Print(Unwrapped.Read(mediaType, Unwrapped.Singles(octets))), Is.EqualTo(expected), "octet by octet");
        foreach (ReadOnlyMemory<byte>[] split in Segments.EverySplit(octets).Where((_, i) => i < 600 || i % 97 == 0))
        {
            Assert.That(Unwrapped.Print(Unwrapped.Read(mediaType, split)), Is.EqualTo(expected));
            Assert.That(Unwrapped.Print(Unwrapped.Read(mediaType, [Segments.Join(split)])), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Parts_and_levels_are_bounded()
    {
        string Parts(int count) => string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", count)) + "--b--";
        string Levels(int count) => count == 0 ? "x" : $"--l{count}\r\nContent-Type: {(count == 1 ? "text/plain" : $"multipart/mixed;boundary=l{count - 1}")}\r\n\r\n{Levels(count - 1)}\r\n--l{count}--";
        string Cpims(int count) => count == 0 ? "x" : $"From: <a:b>\r\n\r\nContent-Type: {(count == 1 ? "text/plain" : "message/cpim")}\r\n\r\n{Cpims(count - 1)}";
        string Nested(int outer) => outer == 0 ? $"From: <a:b>\r\n\r\nContent-Type: multipart/mixed;boundary=l1\r\n\r\n{Levels(1)}"
            : $"--{(char)('a' + 3 - outer)}\r\nContent-Type: {(outer == 1 ? "message/cpim" : $"multipart/mixed;boundary={(char)('a' + 4 - outer)}")}\r\n\r\n{Nested(outer - 1)}\r\n--{(char)('a' + 3 - outer)}--\r\n";
        Assert.Multiple(() =>
        {
            Assert.That(Unwrapped.Read("multipart/mixed;boundary=b", Parts(16)).Parts, Has.Count.EqualTo(16));
            Assert.That(Unwrapped.Read("multipart/mixed;boundary=b", Parts(17)).Error, Is.EqualTo(UnwrapError.TooManyParts));
            Assert.That(Unwrapped.Print(Unwrapped.Read("multipart/mixed;boundary=l4", Levels(4))), Is.EqualTo("text/plain x"));
            Assert.That(Unwrapped.Read("multipart/mixed;boundary=l5", Levels(5)).Error, Is.EqualTo(UnwrapError.TooDeep));
            Assert.That(Unwrapped.Print(Unwrapped.Read("message/cpim", Cpims(4))), Is.EqualTo("text/plain x"));
            Assert.That(Unwrapped.Read("message/cpim", Cpims(5)).Error, Is.EqualTo(UnwrapError.TooDeep));
            Assert.That(Unwrapped.Read("multipart/mixed;boundary=b", Nested(2)).Error, Is.EqualTo(UnwrapError.None));
            Assert.That(Unwrapped.Read("multipart/mixed;boundary=a", Nested(3)).Error, Is.EqualTo(UnwrapError.TooDeep), "two multiparts around a message/cpim with two more");
            Assert.That(() => new BodyUnwrapper(new MediaType("image", "png")), Throws.ArgumentException);
        });
    }

    [TestCase("binary")]
    [TestCase("base64")]
    [TestCase("quoted-printable")]
    [Category("MSRP-047")]
    [Category("SEC-001")]
    public void An_image_of_a_hundred_megabytes_passes_without_being_kept(string encoding)
    {
        const int Block = 1 << 20;
        byte[] data = new byte[Block];
        new Random(5).NextBytes(data);
        byte[] block = encoding switch
        {
            "binary" => data,
            "base64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(data.AsSpan(0, Block / 4 * 3), Base64FormattingOptions.InsertLineBreaks) + "\r\n"),
            _ => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("=41=42=\r\nABC=\r\n", Block / 16))),
        };
        var unwrapper = new BodyUnwrapper(MediaType.Parse("message/cpim"));
        byte[] head = Encoding.ASCII.GetBytes(
            Cpim.Replace("image/png", "multipart/mixed;boundary=b", StringComparison.Ordinal) + $"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
        long content = Count(unwrapper, head);
        Count(unwrapper, block);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long fed = 0; fed < 100L << 20; fed += block.Length)
        {
            content += Count(unwrapper, block);
        }

        Assert.That(content, Is.GreaterThan(30L << 20));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(6 << 20), "what the reader needs for each block of 4 KiB");
    }

    [Test]
    [Category("SEC-001")]
    public void Lines_that_are_nearly_delimiters_cost_no_more_than_their_length()
    {
        // Each is looked at once and handed on: as events they are as few as the pieces they came in.
        string near = string.Concat(Enumerable.Repeat("\r\n--b-\r\n--b- -\r\n--", 100_000));
        byte[] octets = Encoding.ASCII.GetBytes("--b\r\n\r\n" + near);
        var unwrapper = new BodyUnwrapper(MediaType.Parse("multipart/mixed;boundary=b"));
        int events = 0;
        foreach (ReadOnlyMemory<byte> piece in Segments.Cut(octets, 16 * 1024))
        {
            Unwrapped.Done(unwrapper.PushAsync(piece));
            while (unwrapper.TryRead(out _))
            {
                events++;
            }
        }

        Assert.That(events, Is.LessThan((octets.Length / (16 * 1024)) + 4));
    }

    [Test]
    [Category("MSRP-047")]
    public void Finds_the_parts_the_whole_body_has_whatever_it_is_and_however_it_is_cut()
    {
        var limits = new MultipartLimits { MaxContentBytes = int.MaxValue, MaxParts = 12 };
        int compared = 0;
        for (int seed = 0; seed < 6000; seed++)
        {
            var random = new Random(seed);
            byte[] octets = Encoding.Latin1.GetBytes(RandomMultipart(random, "b", 1));
            for (int hit = random.Next(3) == 0 ? random.Next(1, 6) : 0; hit > 0 && octets.Length > 0; hit--)
            {
                octets[random.Next(octets.Length)] = "\r\n -b=\0:"u8[random.Next(8)];
            }

            var type = MediaType.Parse("multipart/mixed;boundary=b");
            MultipartReadResult whole = MultipartCodec.Read(type, octets, limits);
            (List<Unwrapped> parts, UnwrapError error) = Unwrapped.Read(type, Unwrapped.RandomPieces(octets, random), limits);
            Assert.That(Unwrapped.Print(Unwrapped.Read(type, Whole(octets), limits)), Is.EqualTo(Unwrapped.Print((parts, error))), $"seed {seed}");
            if (!whole.IsSuccess)
            {
                Assert.That(error, Is.Not.EqualTo(UnwrapError.None), $"seed {seed}: {whole.Error}: {Convert.ToHexString(octets)}");
                continue;
            }

            // A multipart inside that has no parts is content for the one, and for the other, which cannot look ahead, nothing.
            if (whole.Warnings.Any(w => w.Code == BodyWarningCode.UnreadableNestedBody))
            {
                continue;
            }

            compared++;
            List<Unwrapped> expected = [];
            Flatten(whole.Body, expected);
            Assert.That(error, Is.EqualTo(UnwrapError.None), $"seed {seed}: {Convert.ToHexString(octets)}");
            Assert.That(string.Join('|', parts), Is.EqualTo(string.Join('|', expected)), $"seed {seed}: {Convert.ToHexString(octets)}");
            Assert.That(parts.Select(p => p.Head), Is.EqualTo(expected.Select(p => p.Head)), $"seed {seed}");
        }

        Assert.That(compared, Is.GreaterThan(3000));
    }

    [Test]
    [Category("SEC-001")]
    public void Random_octets_never_throw()
    {
        byte[] alphabet = "\r\n-b \t:=Content-Type: message/cpim;boundary"u8.ToArray();
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            byte[] octets = new byte[random.Next(400)];
            for (int i = 0; i < octets.Length; i++)
            {
                octets[i] = random.Next(4) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            foreach (string type in (string[])["message/cpim", "multipart/mixed;boundary=b", "multipart/x;boundary=\"- \"", "multipart/mixed;boundary=--"])
            {
                string whole = Unwrapped.Print(Unwrapped.Read(MediaType.Parse(type), Whole(octets)));
                Assert.That(Unwrapped.Print(Unwrapped.Read(MediaType.Parse(type), Unwrapped.RandomPieces(octets, random))), Is.EqualTo(whole));
            }
        }
    }

    private static ReadOnlyMemory<byte>[] Whole(byte[] octets) => [octets];

    private static string RandomMultipart(Random random, string boundary, int depth)
    {
        string lineEnd = random.Next(5) == 0 ? "\n" : "\r\n";
        var text = new StringBuilder(random.Next(3) == 0 ? "preamble" + lineEnd : string.Empty);
        for (int parts = random.Next(0, 5); parts > 0; parts--)
        {
            text.Append("--").Append(boundary).Append(random.Next(4) == 0 ? " \t" : null).Append(lineEnd);
            string inner = boundary + (random.Next(2) == 0 ? "b" : "x");
            switch (random.Next(8))
            {
                case 0 when depth < 4:
                    text.Append("Content-Type: multipart/mixed; boundary=").Append(inner).Append(lineEnd).Append(lineEnd).Append(RandomMultipart(random, inner, depth + 1));
                    break;
                case 1:
                    text.Append("Content-Type: image/png").Append(lineEnd).Append("Content-Transfer-Encoding: base64").Append(lineEnd).Append(lineEnd)
                        .Append(Convert.ToBase64String(Encoding.Latin1.GetBytes(RandomText(random)))[..^(random.Next(3) == 0 ? random.Next(0, 1) : 0)]);
                    break;
                case 2:
                    text.Append("content-transfer-encoding: quoted-printable").Append(lineEnd).Append(lineEnd).Append(RandomText(random)).Append("=41=4").Append(RandomText(random));
                    break;
                case 3:
                    break;
                case 4:
                    text.Append("Content-Type: image/gif");
                    break;
                default:
                    text.Append(lineEnd).Append(RandomText(random));
                    break;
            }

            text.Append(lineEnd);
        }

        return text.Append(random.Next(4) == 0 ? null : $"--{boundary}--{(random.Next(2) == 0 ? lineEnd + "epilogue" : null)}").ToString();
    }

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => ((string[])["\r\n", "\n", "\r", "--b", "--", "-", "x", "= ", "=\r\n", "\r\n--", "--bb--", " "])[random.Next(12)]));

    private static void Flatten(MultipartBody body, List<Unwrapped> parts)
    {
        foreach (BodyPart part in body.Parts)
        {
            if (part.Multipart is { } inner)
            {
                Flatten(inner, parts);
            }
            else
            {
                parts.Add(new Unwrapped(part with { Content = default, IsDamaged = false }, part.Content.ToArray(), part.IsDamaged));
            }
        }
    }

    private static long Count(BodyUnwrapper unwrapper, ReadOnlyMemory<byte> input)
    {
        long content = 0;
        Unwrapped.Done(unwrapper.PushAsync(input));
        while (unwrapper.TryRead(out UnwrapEvent next))
        {
            content += next.Content.Length;
        }

        return content;
    }
}
