
namespace ImageShare.Core.Tests.Sip.Torture;

/// <content>Ones with addresses of IP version 6 (RFC 5118 §4).</content>
internal static partial class TortureMessages
{
    public static byte[] Ipv6Good { get; } = Six("ipv6-good", "REGISTER sip:[2001:db8::20]");

    public static byte[] Ipv6Bad { get; } = Six("ipv6-bad", "REGISTER sip:2001:db8::20");

    public static byte[] PortAmbiguous { get; } = Six("port-ambiguous", "REGISTER sip:[2001:db8::20:5080]");

    public static byte[] PortUnambiguous { get; } = Six("port-unambiguous", "REGISTER sip:[2001:db8::20]:5080");

    public static byte[] ViaReceivedParamWithDelim { get; } = Six(
        "via-received-param-with-delim", "BYE sip:[2001:db8::20]", via: "[2001:db8::7:1];received=[2001:db8::7:99]", to: ";tag=there");

    public static byte[] ViaReceivedParamNoDelim { get; } = Six(
        "via-received-param-no-delim", "OPTIONS sip:[2001:db8::20]", via: "[2001:db8::7:1];received=2001:db8::7:99");

    public static byte[] Ipv6InSdp { get; } = Six(
        "ipv6-in-sdp",
        "INVITE sip:nora@[2001:db8::20]",
        body: "v=0\no=- 1 1 IN IP6 2001:db8::7\ns=photo\nc=IN IP6 2001:db8::7\nt=0 0\nm=message 7654 TCP/MSRP *\n");

    public static byte[] MultIpInHeader { get; } = Six(
        "mult-ip-in-header",
        "BYE sip:nora@example.net",
        via: "[2001:db8::7:1]:5060",
        to: ";tag=there",
        rows: "Via: SIP/2.0/UDP 192.0.2.60;branch=z9hG4bKsecond\nVia: SIP/2.0/TCP [2001:db8::7:99];branch=z9hG4bKthird;received=192.0.2.61\n");

    public static byte[] MultIpInSdp { get; } = Six(
        "mult-ip-in-sdp",
        "INVITE sip:nora@[2001:db8::20]",
        body: "v=0\no=- 1 1 IN IP4 sdp.example.net\ns=-\nt=0 0\nm=message 7654 TCP/MSRP *\nc=IN IP4 192.0.2.60\nm=audio 6000 RTP/AVP 0\nc=IN IP6 2001:db8::7\n");

    public static byte[] Ipv4MappedIpv6 { get; } = Six(
        "ipv4-mapped-ipv6",
        "INVITE sip:nora@example.net",
        via: "[::ffff:192.0.2.62]:5060",
        contact: "[::ffff:192.0.2.63]",
        rows: "Via: SIP/2.0/UDP [::ffff:192.0.2.63];branch=z9hG4bKmapped2\n",
        body: "v=0\no=- 1 1 IN IP6 ::ffff:192.0.2.63\ns=-\nc=IN IP6 ::ffff:192.0.2.63\nt=0 0\nm=message 7654 TCP/MSRP *\n");

    public static byte[] Ipv6BugAbnf3Colons { get; } = Six("ipv6-bug-abnf-3-colons", "OPTIONS sip:nora@[2001:db8:::192.0.2.64]");

    public static byte[] Ipv6CorrectAbnf2Colons { get; } = Six("ipv6-correct-abnf-2-colons", "OPTIONS sip:nora@[2001:db8::192.0.2.64]");

    private static byte[] Six(
        string name, string line, string via = "[2001:db8::7:1]", string to = "", string contact = "[2001:db8::7]", string rows = "", string body = "")
    {
        string method = line[..line.IndexOf(' ', StringComparison.Ordinal)];
        string uri = line.Contains('@', StringComparison.Ordinal) ? line[(method.Length + 1)..] : "sip:nora@example.net";
        return TortureMessage.Make(
            $$"""
            {{line}} SIP/2.0
            To: {{uri}}{{to}}
            From: sip:otto@example.net;tag=six
            Via: SIP/2.0/UDP {{via}};branch=z9hG4bK{{name}}
            {{rows}}Call-ID: {{name}}.mine
            Max-Forwards: 70
            Contact: "Otto" <sip:otto@{{contact}}>
            CSeq: 98 {{method}}
            Content-Type: application/sdp
            Content-Length: {length}

            {{body}}
            """);
    }
}
