
namespace ImageShare.Core.Tests.Sip.Torture;

/// <content>Ones whose trouble lies in what they mean (RFC 4475 §3.2 to §3.4).</content>
internal static partial class TortureMessages
{
    public static byte[] Badbranch { get; } = Options("badbranch", via: "SIP/2.0/UDP 192.0.2.90;branch=z9hG4bK");

    public static byte[] Insuf { get; } = TortureMessage.Make(
        $$"""
        INVITE sip:nora@example.net SIP/2.0
        CSeq: 31 INVITE
        Via: SIP/2.0/UDP 192.0.2.91;branch=z9hG4bKinsuf
        Content-Type: application/sdp
        l: {length}

        {{SdpBody}}
        """);

    public static byte[] Unkscm { get; } = Options("unkscm", line: "OPTIONS neverHeardOfIt:whatever SIP/2.0");

    public static byte[] Novelsc { get; } = Options("novelsc", line: "OPTIONS xmpp://192.0.2.92:3002 SIP/2.0");

    public static byte[] Unksm2 { get; } = Options(
        "unksm2", method: "REGISTER", to: "isbn:0306406152", from: "<http://www.example.net>;tag=unksm2", rows: "Contact: <name:Nora_N>\n");

    public static byte[] Bext01 { get; } = Options(
        "bext01", rows: "Require: unheardOf, unheardOfToo\nProxy-Require: noProxyHas, norThat\n");

    public static byte[] Invut { get; } = Typed("invut", "application/unheard-of", "<picture/>\n");

    /// <summary>RFC 4475 has no such case; it stands beside the unknown type (RFC 3261 §8.2.3).</summary>
    public static byte[] Encoded { get; } = Typed("encoded", "application/sdp", "not really gzip", "Content-Encoding: gzip\nContent-Language: tlh\n");

    public static byte[] Regaut01 { get; } = Options("regaut01", method: "REGISTER", rows: "Authorization: Handshake firm=yes\n");

    public static byte[] Multi01 { get; } = TortureMessage.Make(
        $$"""
        INVITE sip:nora@example.net SIP/2.0
        Contact: <sip:otto@one.example.net>
        Via: SIP/2.0/UDP 192.0.2.93;branch=z9hG4bKmulti
        Max-Forwards: 70
        CSeq: 4 INVITE
        Call-ID: multi01.one
        CSeq: 40 INVITE
        Call-ID: multi01.two
        From: sip:otto@example.net;tag=multi1
        To: sip:nora@example.net
        To: sip:eve@example.net
        From: sip:mallory@example.net;tag=multi2
        Content-Type: application/sdp
        l: {length}
        Contact: <sip:otto@two.example.net>
        Max-Forwards: 4

        {{SdpBody}}
        """);

    public static byte[] Mcl01 { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora@example.net SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.94;branch=z9hG4bKmcl
        To: sip:nora@example.net
        From: sip:otto@example.net;tag=mcl
        Call-ID: mcl01.mine
        CSeq: 15 OPTIONS
        Content-Length: 21
        Max-Forwards: 60
        Content-Length: 4
        Content-Type: text/plain

        Which of the two is it?
        """);

    public static byte[] Bcast { get; } = TortureMessage.Make(
        $$"""
        SIP/2.0 200 OK
        Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKbcast1
        Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKbcast2
        Call-ID: bcast.mine
        CSeq: 35 INVITE
        From: sip:otto@example.net;tag=bcast1
        To: sip:nora@example.net;tag=bcast2
        Content-Length: {length}
        Content-Type: application/sdp
        Contact: <sip:nora@192.0.2.95>

        {{SdpBody}}
        """);

    public static byte[] Zeromf { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora@example.net SIP/2.0
        To: sip:nora@example.net
        From: sip:otto@example.net;tag=zeromf
        Call-ID: zeromf.mine
        CSeq: 39 OPTIONS
        Via: SIP/2.0/UDP 192.0.2.96;branch=z9hG4bKzeromf
        Max-Forwards: 0
        Content-Length: 0
        """);

    public static byte[] Cparam01 { get; } = Options("cparam01", method: "REGISTER", rows: "Contact: sip:+4989123@gw.example.net;colour\n");

    public static byte[] Cparam02 { get; } = Options("cparam02", method: "REGISTER", rows: "Contact: <sip:+4989123@gw.example.net;colour>\n");

    public static byte[] Regescrt { get; } = Options(
        "regescrt", method: "REGISTER", rows: "m: <sip:nora@example.net?Route=%3Csip:edge.example.net%3E>\n");

    public static byte[] Sdp01 { get; } = Invite("sdp01", rows: "Accept: text/unheard-of\n");

    public static byte[] Inv2543 { get; } = TortureMessage.Make(
        $$"""
        INVITE sip:nora@example.net SIP/2.0
        Via: SIP/2.0/UDP old.example.net
        From: <sip:+49891234@old.example.net;user=phone>
        Record-Route: <sip:nora@example.net;maddr=gw.example.net>
        To: sip:+49895678@gw.example.net;user=phone
        Call-ID: inv2543.mine
        CSeq: 56 INVITE
        Content-Type: application/sdp

        {{SdpBody}}
        """);

    private static byte[] Typed(string name, string type, string body, string rows = "") => TortureMessage.Make(
        $$"""
        INVITE sip:nora@example.net SIP/2.0
        Contact: <sip:otto@192.0.2.97>
        To: sip:nora@example.net
        From: sip:otto@example.net;tag={{name}}
        Max-Forwards: 70
        Call-ID: {{name}}.mine
        CSeq: 23 INVITE
        Via: SIP/2.0/UDP 192.0.2.97;branch=z9hG4bK{{name}}
        {{rows}}Content-Type: {{type}}
        Content-Length: {length}

        {{body}}
        """);
}
