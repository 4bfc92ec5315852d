
namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>
/// One message of our own for each case of RFC 4475 and RFC 5118, with the same kind of trouble in it. These: well-formed ones
/// (RFC 4475 §3.1.1).
/// </summary>
internal static partial class TortureMessages
{
    private const string SdpBody =
        """
        v=0
        o=- 11 12 IN IP4 192.0.2.70
        s=-
        c=IN IP4 192.0.2.70
        t=0 0
        m=message 7654 TCP/MSRP *

        """;

    public static byte[] Wsinv { get; } = TortureMessage.Make(
        $$"""
        INVITE sip:nora@share.example.net;colour SIP/2.0
        tO :
          sip:nora@share.example.net ;   tag   =  77nora
        FROM   : "N \\\" O"       <sip:otto@share.example.net>
          ;
          tag =   77otto
        mAx-FoRwArDs:   00070
        i   : wsinv.one@192.0.2.70
        CONTENT-length   : {length}
        cSeq: 00012
          INVITE
        ViA  :   SIP /   2.0
          /UDP
            192.0.2.71;branch=oldstyle
        Subject :
        X-New:  first part
          second part
        X-Odd: ,;;,,=;,
        c: application/sdp
        ROUTE:
          <sip:edge.example.net;lr;x=y;z>
        Via:  SIP  / 2.0 /  TCP   hop.example.net  ;
          branch  =    z9hG4bKhop1   ,
          SIP / 2.0 / UDP   192.168.7.7  ;  branch=
          z9hG4bKhop2
        contact:"Q \"\" Q" <sip:otto@192.0.2.72>  ;  x =
              y ;
          lonely  ; q =  0.5

        {{SdpBody}}
        """);

    public static byte[] Intmeth { get; } = TortureMessage.Make(
        """
        a-.!%*_+`'~9Z sip:o_d.d~!(x)'&=+$,;?/*:p&=+$,-_.!~*'()@example.net SIP/2.0
        Via: SIP/2.0/TCP odd.example.net;branch=z9hG4bK.!%*_+`'~-
        To: "bell \BEL rubout \DEL" <sip:o_d.d~!(x)'&=+$,;?/*@example.net>
        From: x-.!%*_+`'~ y~'`+_*%!.- <sip:plain@example.net>;p-.!%*_+`'~="фото 写真";tag=-.!%*_+`'~
        Call-ID: intmeth<()>{}[]?:\/"~`'+*@-.!%_
        CSeq: 2147480000 a-.!%*_+`'~9Z
        Max-Forwards: 255
        X-.!%*_+`'~: 写真
        Content-Length: 0
        """.Replace("BEL", "\u0007", StringComparison.Ordinal).Replace("DEL", "\u007f", StringComparison.Ordinal));

    public static byte[] IntmethWithEscapedNul { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora@example.net SIP/2.0
        Via: SIP/2.0/TCP odd.example.net;branch=z9hG4bKnul
        To: "nothing \NUL" <sip:nora@example.net>
        From: <sip:plain@example.net>;tag=1
        Call-ID: intmeth.nul
        CSeq: 3 OPTIONS
        Max-Forwards: 255
        Content-Length: 0
        """.Replace("NUL", "\0", StringComparison.Ordinal));

    public static byte[] Esc01 { get; } = TortureMessage.Make(
        $$"""
        INVITE sip:sip%3Anora%40inner.example@outer.example SIP/2.0
        To: sip:n%6Fr%61@example.net
        From: <sip:two%20words@example.net>;tag=esc1
        Max-Forwards: 60
        i: esc01.mine
        CSeq: 77 INVITE
        Via: SIP/2.0/UDP esc.example.net;branch=z9hG4bKesc01
        C: application/sdp
        Contact:
          <sip:ott%6F@esc.example.net;l%72;c%6Flour=r%65d%25%36%35>
        Content-Length: {length}

        {{SdpBody}}
        """);

    public static byte[] Escnull { get; } = TortureMessage.Make(
        """
        REGISTER sip:example.net SIP/2.0
        To: sip:be%00fore@example.net
        From: sip:be%00fore@example.net;tag=null
        Max-Forwards: 70
        Call-ID: escnull.mine
        CSeq: 5 REGISTER
        Via: SIP/2.0/UDP null.example.net;branch=z9hG4bKnull
        Contact: <sip:%00@one.example.net>
        Contact: <sip:%00%00@one.example.net>
        L:0
        """);

    public static byte[] Esc02 { get; } = TortureMessage.Make(
        """
        OPTI%4FNS sip:nora@example.net SIP/2.0
        To: "%A%42" <sip:nora@example.net>
        From: "%A%42" <sip:nora@example.net>;tag=esc2
        Call-ID: esc02.mine
        Via: SIP/2.0/TCP esc.example.net;branch=z9hG4bKesc%zz02
        CSeq: 81 OPTI%4FNS
        Max-Forwards: 70
        Contact: <sip:one@esc.example.net>
        Con%74act: <sip:two@esc.example.net>
        Contact: <sip:three@esc.example.net>
        l: 0
        """);

    public static byte[] Lwsdisp { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora@example.net SIP/2.0
        To: sip:nora@example.net
        From: otto<sip:otto@example.net>;tag=lws
        Max-Forwards: 70
        Call-ID: lwsdisp.mine
        CSeq: 9 OPTIONS
        Via: SIP/2.0/UDP lws.example.net;branch=z9hG4bKlwsdisp
        l: 0
        """);

    public static byte[] Longreq { get; } = TortureMessage.Make(
        $$"""
        INVITE sip:nora@example.net SIP/2.0
        To: "{{Repeat("a very ", 30)}}long name" <sip:nora@example.net:6000;a{{Repeat("bc", 60)}}=d{{Repeat("ef", 60)}};g{{Repeat("hi", 80)}}>
        F: sip:{{Repeat("otto", 40)}}@example.net;tag=t{{Repeat("37", 120)}};x{{Repeat("yz", 50)}}=v{{Repeat("w", 90)}};lonely{{Repeat("ly", 40)}}
        Call-ID: longreq.{{Repeat("identity", 30)}}
        CSeq: 99000 INVITE
        X-{{Repeat("Unknown-", 25)}}Name: {{Repeat("value ", 60)}};{{Repeat("p", 90)}} = {{Repeat("q", 90)}}
        {{string.Join('\n', Enumerable.Range(1, 33).Select(i => $"{ViaNames[i % ViaNames.Length]}: SIP/2.0/TCP hop{i}.example.net"))}}
        Via: SIP/2.0/TCP last.example.net;received=192.0.2.9;branch={{Repeat("branch", 50)}}
        Max-Forwards: 70
        Contact: <sip:{{Repeat("otto", 40)}}@long.example.net>
        Content-Type: application/sdp
        l: {length}

        {{SdpBody}}
        """);

    public static byte[] Dblreq { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora@example.net SIP/2.0
        To: sip:nora@example.net
        From: sip:otto@example.net;tag=dbl1
        Max-Forwards: 8
        I: dblreq.first
        CSeq: 8 OPTIONS
        Via: SIP/2.0/UDP 192.0.2.73;branch=z9hG4bKdbl1
        Content-Length: 0


        INVITE sip:eve@example.net SIP/2.0
        To: sip:eve@example.net
        From: sip:mallory@example.net;tag=dbl2
        Call-ID: dblreq.second
        CSeq: 8 INVITE
        Via: SIP/2.0/UDP 192.0.2.74;branch=z9hG4bKdbl2
        Content-Length: 0


        """);

    public static byte[] Semiuri { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora;room=7%40north@example.net SIP/2.0
        To: sip:nora@example.net
        From: sip:otto@example.net;tag=semi
        Max-Forwards: 3
        Call-ID: semiuri.mine
        CSeq: 8 OPTIONS
        Accept: application/sdp, message/sipfrag,
                multipart/related
        Via: SIP/2.0/UDP 192.0.2.75;branch=z9hG4bKsemi
        l: 0
        """);

    public static byte[] Transports { get; } = TortureMessage.Make(
        """
        OPTIONS sip:nora@example.net SIP/2.0
        To: sip:nora@example.net
        From: <sip:otto@example.net>;tag=transports
        Max-Forwards: 70
        Call-ID: transports.mine
        CSeq: 60 OPTIONS
        Via: SIP/2.0/UDP a.example.net;branch=z9hG4bKa
        Via: SIP/2.0/TLS b.example.net;branch=z9hG4bKb
        Via: SIP/2.0/CARRIER-PIGEON c.example.net;branch=z9hG4bKc
        Via: SIP/2.0/SCTP d.example.net;branch=z9hG4bKd
        Via: SIP/2.0/TCP e.example.net;branch=z9hG4bKe
        l: 0
        """);

    /// <summary>The second part holds every octet there is, line ends and NUL among them.</summary>
    public static byte[] Mpart01 { get; } = MakeMultipart();

    public static byte[] Unreason { get; } = TortureMessage.Make(
        $$"""
        SIP/2.0 200 1+1=2 & всё готово 写真
        Via: SIP/2.0/UDP 192.0.2.76;branch=z9hG4bKunreason
        Call-ID: unreason.mine
        CSeq: 35 INVITE
        From: sip:otto@example.net;tag=unreason1
        To: sip:nora@example.net;tag=unreason2
        Content-Length: {length}
        Content-Type: application/sdp
        Contact: <sip:nora@192.0.2.76>

        {{SdpBody}}
        """);

    public static byte[] Noreason { get; } = TortureMessage.Make(
        """
        SIP/2.0 180_
        Via: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKnoreason
        Call-ID: noreason.mine
        CSeq: 36 INVITE
        From: <sip:otto@example.net>;tag=noreason1
        To: <sip:nora@example.net>;tag=noreason2
        Content-Length: 0
        """.Replace('_', ' '));

    private static string[] ViaNames => ["Via", "v", "V", "VIA", "via", "vIa", "v ", "Via  ", "V\t"];

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static byte[] MakeMultipart()
    {
        byte[] binary = [.. Enumerable.Range(0, 256).Select(i => (byte)i), .. "\r\n\r\n\0\0"u8];
        byte[] body =
        [
            .. "--cut\r\nContent-Type: text/plain\r\n\r\nhello\r\n--cut\r\nContent-Type: application/octet-stream\r\n\r\n"u8,
            .. binary,
            .. "\r\n--cut--\r\n"u8,
        ];
        byte[] head = TortureMessage.Make(
            $"""
            MESSAGE sip:nora@example.net SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.78;branch=z9hG4bKmpart;rport
            Max-Forwards: 70
            Route: <sip:127.0.0.1:5080>
            Identity: {Repeat("Aa1+/", 30)}=
            Contact: <sip:otto@192.0.2.78>
            To: <sip:nora@example.net>
            From: <sip:otto@example.net>;tag=mpart
            Call-ID: mpart01.mine
            CSeq: 1 MESSAGE
            Content-Transfer-Encoding: binary
            Content-Type: multipart/mixed;boundary=cut
            Date: Mon, 06 Jul 2026 10:00:00 GMT
            Content-Length: {body.Length}
            """);
        return [.. head, .. body];
    }
}
