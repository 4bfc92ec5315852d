using System.Text;
using ImageShare.Core.Sdp;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>Which deviations of a description are warned of, where, and with which clause.</summary>
[TestFixture]
public sealed class SdpWarningTests
{
    private const string Head = "v=0\r\no=- 9999999999 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    // A section without any warning.
    private const string Section = "m=message 7654 TCP/MSRP *\r\na=sendonly\r\na=setup:active\r\na=accept-types:image/png\r\na=max-size:9\r\na=path:msrp://h:1/Zq3cGJyh4vUeO1bN0sXw2A;tcp\r\n";

    private const string File = "a=file-selector:type:image/png size:9\r\na=file-transfer-id:x\r\n";

    [TestCase("", "")]
    [TestCase(File, "")]
    [TestCase(File + "a=file-range:9-9", "")]
    [TestCase(File + "a=file-range:9-*", "")]
    [TestCase(File + "a=file-range:10-*", "FileRangePastSize a=file-range:10")]
    [TestCase(File + "a=file-range:1-10\r\na=file-range:1-11", "FileRangePastSize a=file-range:1-10")]
    [TestCase("a=recvonly\r\na=inactive", "TwoDirections a=recvonly")]
    [TestCase("a=sendrecv", "TwoDirections a=sendrecv")]
    [TestCase("a=inactive", "TwoDirections a=inactive")]
    [TestCase("a=file-selector:size:1\r\na=file-selector:size:2\r\na=file-selector:size:3", "SelectorWithoutTransferId a=file-selector:size:1 RepeatedFileSelector a=file-selector:size:2")]
    [TestCase("a=file-selector:type:image/gif size:1\r\na=file-transfer-id:x", "FileTypeNotAccepted a=accept-types:image/png")]
    [TestCase("a=file-selector:hash:md5:00 hash:sha-1:00 x:y\r\na=file-transfer-id:x", "UnusableHash a=file-selector UnusableHash a=file-selector UnknownFileSelector a=file-selector")]
    [TestCase("a=file-selector", "")]
    [TestCase("a=file-selector:", "")]
    [TestCase("a=file-selector:size:x", "UnreadableAttribute a=file-selector")]
    [TestCase("a=accept-types:message/cpim", "")]
    [TestCase("a=x-unknown\r\na=X-Unknown", "UnknownAttribute a=x-unknown UnknownAttribute a=X-Unknown")]
    [TestCase("a=file-date:creation:2008-10-15T10:40:46Z", "FileDateSpelling a=file-date")]
    [TestCase("a=file-date:creation:\"15 Oct 2008 10:40:46 +0000\"", "")]
    [TestCase("a=file-icon:cid:x\r\na=file-range:x", "BeyondImageShare a=file-icon UnreadableAttribute a=file-range")]
    [TestCase("a=setup:maybe", "UnreadableAttribute a=setup:maybe")]
    [TestCase("a=tool:x\r\na=charset:x\r\na=lang:x\r\na=sdplang:x\r\na=connection:new\r\na=msrp-cema", "")]
    [TestCase("i=a\r\ni=b", "LineOutOfOrder i=a LineOutOfOrder i=b RepeatedLine i=b")]
    [TestCase("c=IN IP4 h\r\nc=IN IP4 i", "LineOutOfOrder c=IN IP4 h LineOutOfOrder c=IN IP4 i RepeatedLine c=IN IP4 i")]
    [TestCase("c=x", "LineOutOfOrder c=x UnreadableLine c=x")]
    [TestCase("a= x", "UnreadableLine a= x")]
    [TestCase("y=1\r\ny=2", "UnknownLine y=1 UnknownLine y=2")]
    [TestCase("v=0", "UnknownLine v=0")]
    [TestCase("\r\n", "EmptyLine ")]
    [Category("SDP-005")]
    public void A_section_is_warned_of_line_by_line(string lines, string warnings) => AssertWarnings(Head + Section + lines + (lines.EndsWith('\n') || lines.Length == 0 ? "" : "\r\n"), warnings);

    [TestCase("m=message 7654 TCP/MSRP *\r\n", "NoSetup m= NoMaxSize m= NoPath m= NoAcceptTypes m=")]
    [TestCase("m=message 0 TCP/MSRP *\r\n", "")]
    [TestCase("m=message 0 TCP/MSRP *\r\na=file-selector:size:1\r\n", "")]
    [TestCase("m=audio 7654 RTP/AVP 0\r\na=x-unknown\r\na=file-selector:size:x\r\na=sendonly\r\na=recvonly\r\n", "")]
    [TestCase("m=audio 7654 TCP/MSRP *\r\na=x-unknown\r\n", "")]
    [TestCase("m=message 0 TCP/TLS/MSRP *\r\na=x-unknown\r\n", "UnknownAttribute a=x-unknown")]
    [TestCase("m=message 0 tcp/msrp *\r\na=x-unknown\r\n", "UnknownAttribute a=x-unknown")]
    [TestCase("a=setup:active\r\nm=message 7654 TCP/MSRP *\r\na=max-size:1\r\na=path:msrp://h/Zq3cGJyh4vUeO1bN0sXw2A;tcp\r\na=accept-types:*\r\na=file-selector:size:1\r\na=file-transfer-id:x\r\n", "SelectorWithoutDirection a=file-selector")]
    [TestCase("a=recvonly\r\na=setup:active\r\nm=message 7654 TCP/MSRP *\r\na=max-size:1\r\na=path:msrp://h/Zq3cGJyh4vUeO1bN0sXw2A;tcp\r\na=accept-types:*\r\na=file-selector:size:1\r\na=file-transfer-id:x\r\n", "")]
    [TestCase("m=message 7654 TCP/MSRP *\r\na=sendonly\r\na=accept-types:message/cpim text/plain\r\na=accept-types:message/cpim\r\na=path:msrps://h/1\r\na=path:msrp://h/2;tcp\r\n",
        "NoSetup m= NoMaxSize m= BeyondImageShare a=accept-types:message/cpim text ShortPathSessionId a=path:msrps PathWithoutTransport a=path:msrps PathSchemeMismatch a=path:msrps ShortPathSessionId a=path:msrp://h/2")]
    [TestCase("m=message 7654 TCP/TLS/MSRP *\r\na=setup:active\r\na=max-size:1\r\na=accept-types:*\r\na=path:msrps://r/a;tcp MSRPS://h/Zq3cGJyh4vUeO1bN0sXw2A;tcp\r\n", "")]
    [TestCase("m=message 7654 TCP/TLS/MSRP *\r\na=setup:active\r\na=max-size:1\r\na=accept-types:*\r\na=path:msrps://r/a;tcp msrp://h/Zq3cGJyh4vUeO1bN0sXw2A\r\n", "PathWithoutTransport a=path PathSchemeMismatch a=path")]
    [Category("SDP-005")]
    public void What_a_section_lacks_is_warned_of(string lines, string warnings) => AssertWarnings(Head + lines, warnings);

    [TestCase("v=0\r\nv=0\r\no=- 9999999999 1 IN IP4 h\r\no=x\r\ns=a\r\ns=b\r\nt=1 2\r\nt=x\r\n", "RepeatedLine v=0 RepeatedLine o=x RepeatedLine s=b")]
    [TestCase("v=0\r\no=- 9999999999 1 IN IP4 h\r\ns=\r\nt=x\r\n", "MissingTiming v=0 EmptySessionName s= UnreadableLine t=x")]
    [TestCase("v=0\r\no=- 9999999999 1 IN IP4 h\r\nt=0 0\r\n", "EmptySessionName v=0")]
    [TestCase("v=0\r\no=- 2147483647 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n", "WeakSessionId o=")]
    [TestCase("v=0\r\no=- 2147483648 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n", "")]
    [TestCase("v=0\r\no=- 9999999999 1 IN IP4 h\r\ns=-\r\nx=1\r\nt=0 0\r\na=sendonly\r\n", "UnknownLine x=1")]
    [TestCase("v=0\r\no=- 9999999999 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nb=:1\r\n", "LineOutOfOrder b= UnreadableLine b=")]
    [TestCase("o=- 9999999999 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nv=0\r\n", "LineOutOfOrder v=0")]
    [TestCase("v=0\r\no=- 9999999999 1 IN IP4 h\r\ns=-\r\nt=0 0\r\na=\u00e9\r\n", "UnknownAttribute a=")]
    [Category("SDP-005")]
    public void The_session_part_is_warned_of_line_by_line(string text, string warnings) => AssertWarnings(text, warnings);

    [Test]
    [Category("SDP-005")]
    public void Repeated_and_unreadable_lines_are_kept_in_the_order_in_which_they_are_written()
    {
        SessionDescription read = Parse("v=0\r\nv=0\r\no=- 9999999999 1 IN IP4 h\r\no=x\r\ns=a\r\ns=b\r\nb=AS:1\r\nu=x\r\nt=1 2\r\nt=x\r\nc=IN IP4 h\r\nc=y\r\na= z\r\n");
        Assert.That(read.OtherLines.Select(static line => $"{line.Type}={line.Value}"), Is.EqualTo((string[])["v=0", "o=x", "s=b", "u=x", "c=y", "b=AS:1", "t=x", "a= z"]));
        Assert.That(read.ToString(), Is.EqualTo("v=0\r\nv=0\r\no=- 9999999999 1 IN IP4 h\r\no=x\r\ns=a\r\ns=b\r\nu=x\r\nc=IN IP4 h\r\nc=y\r\nb=AS:1\r\nt=1 2\r\nt=x\r\na= z\r\n"));
    }

    // An upper bound of 80 random bits, estimated from the length and the kinds of characters (RFC 4975 §14.1).
    [TestCase("0123456789", 24, 25)]
    [TestCase("abc", 17, 18)]
    [TestCase("ABC", 17, 18)]
    [TestCase("-_", 79, 80)]
    [TestCase("a1", 15, 16)]
    [TestCase("A1", 15, 16)]
    [TestCase("aA", 14, 15)]
    [TestCase("aA1", 13, 14)]
    [TestCase("aA1-", 13, 14)]
    [Category("SDP-005")]
    public void A_session_id_in_a_path_needs_80_random_bits(string alphabet, int tooShort, int enough)
    {
        foreach (string format in (string[])["msrp://host:7/{0};tcp", "msrp://7/{0}", "://h/{0};tcp;x=y/z"])
        {
            Assert.That(IsShort(string.Format(null, format, Id(tooShort))), Is.True, format);
            Assert.That(IsShort(string.Format(null, format, Id(enough))), Is.False, format);
        }

        string Id(int length) => string.Concat(Enumerable.Range(0, length).Select(i => alphabet[i % alphabet.Length]));

        static bool IsShort(string uri) => Parse(Head + $"m=message 7 TCP/MSRP *\r\na=path:{uri}\r\n").Warnings.Any(static w => w.Code == SdpWarningCode.ShortPathSessionId);
    }

    [Test]
    public void Every_warning_names_its_clause() => Assert.Multiple(() =>
    {
        foreach (SdpWarningCode code in Enum.GetValues<SdpWarningCode>())
        {
            Assert.That(new SdpWarning(code, 0).Clause, Does.Match(@"^(RFC \d{4}|GSMA IR\.79) §\d+(\.\d+)?$"), code.ToString());
        }

        Assert.That(new SdpWarning(SdpWarningCode.NoSetup, 0).Clause, Is.EqualTo("RFC 6135 §4.2"));
        Assert.That(new SdpWarning(SdpWarningCode.ShortPathSessionId, 0).Clause, Is.EqualTo("RFC 4975 §14.1"));
        Assert.That(new SdpWarning(SdpWarningCode.SelectorWithoutTransferId, 0).Clause, Is.EqualTo("RFC 5547 §8.1"));
        Assert.That(new SdpWarning(SdpWarningCode.FileDateSpelling, 0).Clause, Is.EqualTo("RFC 5547 §6"));
        Assert.That(new SdpWarning(SdpWarningCode.BareLineFeed, 0).Clause, Is.EqualTo("RFC 8866 §5"));
    });

    [TestCase("m=message 65535 TCP/MSRP *", null)]
    [TestCase("m=message 65536 TCP/MSRP *", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7/2147483647 RTP/AVP 0", null)]
    [TestCase("m=audio 7/2147483648 RTP/AVP 0", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7/ RTP/AVP 0", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7x RTP/AVP 0", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7 ", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7 RTP/AVP", SdpReadErrorCode.MalformedMedia)]
    [TestCase("m=audio 7 RTP/AVP 1 2 3", null)]
    [TestCase("m=audio 7 RTP/AVP 1 2 3 4", SdpReadErrorCode.TooManyFormats)]
    [TestCase("a=1\r\na=2\r\na=3", null)]
    [TestCase("a=1\r\na=2\r\na=3\r\na=4", SdpReadErrorCode.TooManyAttributes)]
    [TestCase("m=audio 0 RTP/AVP 1\r\nm=audio 0 RTP/AVP 1", null)]
    [TestCase("m=audio 0 RTP/AVP 1\r\nm=audio 0 RTP/AVP 1\r\nm=audio 0 RTP/AVP 1", SdpReadErrorCode.TooManyMedia)]
    [TestCase("a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", null, Description = "50 bytes")]
    [TestCase("a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", SdpReadErrorCode.LineTooLong)]
    [TestCase("x=1\r\nx=2\r\nx=3\r\nx=4", null, Description = "9 lines")]
    [TestCase("x=1\r\nx=2\r\nx=3\r\nx=4\r\nx=5", SdpReadErrorCode.TooManyLines)]
    [Category("SDP-011")]
    public void Each_limit_is_reached_and_not_passed(string lines, SdpReadErrorCode? code)
    {
        var limits = new SdpLimits { MaxLines = 9, MaxLineBytes = 50, MaxMedia = 2, MaxAttributes = 3, MaxFormats = 3 };
        bool isRead = SessionDescription.TryParse(Encoding.UTF8.GetBytes(Head + lines + "\r\n"), limits, out SessionDescription? read, out SdpReadError error);
        Assert.That((isRead, error.Code), Is.EqualTo((code is null, code ?? SdpReadErrorCode.None)));
        Assert.That(read?.ToString(), Is.EqualTo(code is null ? Head + lines + "\r\n" : null));
    }

    private static void AssertWarnings(string text, string warnings)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        string[] all = [.. Parse(text).Warnings.Select(w => $"{w.Code} {Encoding.UTF8.GetString(octets.AsSpan(w.Offset)).Split('\r')[0]}")];
        string rest = warnings;
        foreach (string warning in all)
        {
            // What is expected is the code and the beginning of the line.
            string code = warning[..warning.IndexOf(' ', StringComparison.Ordinal)];
            int next = rest.Length;
            foreach (string other in Enum.GetNames<SdpWarningCode>())
            {
                int at = rest.IndexOf(" " + other + " ", 1 <= rest.Length ? 1 : 0, StringComparison.Ordinal);
                next = at >= 0 && at < next ? at : next;
            }

            Assert.That(rest, Does.StartWith(code + " "), $"{string.Join(", ", all)}");
            Assert.That(warning, Does.StartWith(rest[..next]), $"{string.Join(", ", all)}");
            rest = rest[next..].TrimStart();
        }

        Assert.That(rest, Is.Empty, $"{string.Join(", ", all)}");
    }

    [TestCase("s=caf\u00e9", true)]
    [TestCase("i=caf\u00e9", true)]
    [TestCase("a=x:caf\u00e9", true)]
    [TestCase("a=x:cafe", false)]
    public void A_line_that_is_not_utf8_is_warned_of(string line, bool isWarned)
    {
        // As ISO 8859-1.
        string description = line[0] switch
        {
            's' => Head.Replace("s=-", line, StringComparison.Ordinal),
            'i' => Head.Replace("c=", line + "\r\nc=", StringComparison.Ordinal),
            _ => Head + line + "\r\n",
        };
        byte[] text = Encoding.Latin1.GetBytes(description);
        Assert.That(SessionDescription.TryParse(text, SdpLimits.Default, out SessionDescription? read, out _), Is.True);
        SdpWarning[] found = [.. read!.Warnings.Where(static w => w.Code == SdpWarningCode.NotUtf8)];
        Assert.That(found.Select(static w => w.Offset), Is.EqualTo(isWarned ? (int[])[description.IndexOf(line, StringComparison.Ordinal)] : []));
        Assert.That(Parse(description).Warnings.Select(static w => w.Code), Has.None.EqualTo(SdpWarningCode.NotUtf8));
    }

    private static SessionDescription Parse(string text)
    {
        Assert.That(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), SdpLimits.Default, out SessionDescription? description, out SdpReadError error), Is.True, error.ToString());
        return description!;
    }
}
