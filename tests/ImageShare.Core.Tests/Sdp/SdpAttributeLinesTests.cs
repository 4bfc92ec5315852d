using ImageShare.Core.Sdp;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>The a= lines of a description: how many there may be, and where what is wrong with them stands.</summary>
[TestFixture]
public sealed class SdpAttributeLinesTests
{
    // Two of a kind: the second is one too many. What is missing has no line of its own: the m= line stands for it.
    [TestCase("a=path:msrp://h:1/aaaabbbbccccddddeeee", SdpWarningCode.PathWithoutTransport, "a=path:m")]
    [TestCase("a=path:msrps://h:1/aaaabbbbccccddddeeee;tcp", SdpWarningCode.PathSchemeMismatch, "a=path:m")]
    [TestCase("a=sendonly\r\na=recvonly", SdpWarningCode.TwoDirections, "a=recvon")]
    [TestCase("a=file-selector:size:2\r\na=file-selector:size:3", SdpWarningCode.RepeatedFileSelector, "a=file-selector:size:3")]
    [TestCase("a=file-selector:size:2", SdpWarningCode.SelectorWithoutTransferId, "a=file-s")]
    [TestCase("a=file-selector:size:2", SdpWarningCode.SelectorWithoutDirection, "a=file-s")]
    [TestCase("a=file-selector:size:2\r\na=file-range:1-3", SdpWarningCode.FileRangePastSize, "a=file-r")]
    [TestCase("a=sendonly", SdpWarningCode.NoPath, "m=messag")]
    [TestCase("a=sendonly", SdpWarningCode.NoAcceptTypes, "m=messag")]
    public void A_warning_about_an_attribute_has_its_offset(string lines, SdpWarningCode code, string line)
    {
        string text = $"v=0\r\no=- 1234567890123456 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\nm=audio 1 RTP/AVP 0\r\na=sendonly\r\nm=message 1 TCP/MSRP *\r\na=setup:active\r\n{lines}\r\n";
        Assert.That(Parse(text).Warnings.Single(w => w.Code == code).Offset, Is.EqualTo(text.LastIndexOf(line, StringComparison.Ordinal)));
    }

    // What a browser writes for a call with video.
    [Test]
    public void A_description_of_161_attribute_lines_is_read()
    {
        string attributes = string.Concat(Enumerable.Range(0, 161).Select(static i => $"a=rtpmap:{i} codec/90000\r\n"));
        SessionDescription read = Parse($"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n{attributes}m=message 1 TCP/MSRP *\r\na=sendonly\r\n");
        Assert.That(read.Media.Select(static m => m.Attributes.Length), Is.EqualTo([161, 1]));
    }

    private static SessionDescription Parse(string text)
    {
        Assert.That(SessionDescription.TryParse(System.Text.Encoding.UTF8.GetBytes(text), SdpLimits.Default, out SessionDescription? description, out SdpReadError error), Is.True, error.ToString());
        return description!;
    }
}
