using System.Text;
using ImageShare.Core.Tests.Support;

namespace ImageShare.Core.Benchmarks;

/// <summary>The messages the benchmarks read and write.</summary>
internal static class Samples
{
    // The shape of the standard's own call: two proxies passed, names between quotes, little else.
    private const string PlainInviteText = """
        INVITE sip:carol@desk.example.net SIP/2.0
        Via: SIP/2.0/UDP edge.example.net:5060;branch=z9hG4bK7c1d05e2a94b;received=192.0.2.71
        Via: SIP/2.0/UDP proxy.example.org:5060;branch=z9hG4bK2f6e88a1.1;received=192.0.2.40
        Via: SIP/2.0/UDP laptop.example.org:5062;branch=z9hG4bKr83kdm20x7;received=192.0.2.12
        Max-Forwards: 68
        Record-Route: <sip:edge.example.net;lr>
        Record-Route: <sip:proxy.example.org;lr>
        To: "Carol" <sip:carol@example.net>
        From: "Dave" <sip:dave@example.org>;tag=p93xq0217
        Call-ID: 70b9e2f51ad84c@laptop.example.org
        CSeq: 2271 INVITE
        Contact: <sip:dave@laptop.example.org:5062>
        Allow: INVITE, ACK, CANCEL, BYE, OPTIONS
        Supported: 100rel
        Content-Type: application/sdp
        Content-Length: 133


        """;

    private const string PlainSdpText = """
        v=0
        o=dave 2890844526 2890844526 IN IP4 192.0.2.12
        s=-
        c=IN IP4 192.0.2.12
        t=0 0
        m=audio 49172 RTP/AVP 0
        a=rtpmap:0 PCMU/8000

        """;

    public static byte[] Sdp { get; } = SeedMessages.Offer;

    public static byte[] Invite { get; } = SeedMessages.Invite;

    public static byte[] Options { get; } = SeedMessages.Options;

    public static byte[] PlainInvite { get; } = [.. Wire(PlainInviteText), .. Wire(PlainSdpText)];

    private static byte[] Wire(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
}
