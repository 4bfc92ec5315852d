
namespace ImageShare.Core.Tests.Sip.Torture;

/// <content>Ill-formed ones (RFC 4475 §3.1.2).</content>
internal static partial class TortureMessages
{
    public static byte[] Badinv01 { get; } = Invite("badinv01", via: "SIP/2.0/UDP 192.0.2.80;;,,;;", rows: "Contact: \"Otto\" <sip:otto@example.net>;;;;\n");

    public static byte[] Clerr { get; } = Invite("clerr", length: "8765");

    public static byte[] Ncl { get; } = Invite("ncl", length: "-42");

    public static byte[] NclInWords { get; } = Invite("ncl-words", length: "twelve");

    public static byte[] Scalar02 { get; } = TortureMessage.Make(
        $"""
        REGISTER sip:example.net SIP/2.0
        Via: SIP/2.0/TCP scalar.example.net;branch=z9hG4bKscalar
        To: <sip:nora@example.net>
        From: <sip:nora@example.net>;tag=scalar
        CSeq: 18446744073709551617 REGISTER
        Call-ID: scalar02.mine
        Max-Forwards: 4000
        Expires: 9{Repeat("9", 120)}
        Contact: <sip:nora@scalar.example.net>
          ;expires=99999999999999
        Content-Length: 0
        """);

    public static byte[] Scalarlg { get; } = TortureMessage.Make(
        """
        SIP/2.0 503 Busy
        Via: SIP/2.0/TCP scalar.example.net;branch=z9hG4bKscalarlg;received=192.0.2.81
        To: <sip:nora@example.net>
        From: <sip:otto@example.net>;tag=scalarlg
        CSeq: 340282366920938463463374607431768211456 OPTIONS
        Call-ID: scalarlg.mine
        Retry-After: 123456789012345678901234567890
        Warning: 39999 loud "Too Much"
        Content-Length: 0
        """);

    public static byte[] Quotbal { get; } = Invite("quotbal", to: "\"Nora <sip:nora@example.net>");

    public static byte[] Ltgtruri { get; } = Invite("ltgtruri", line: "INVITE <sip:nora@example.net> SIP/2.0");

    public static byte[] Lwsruri { get; } = Invite("lwsruri", line: "INVITE sip:nora@example.net; maddr=x SIP/2.0");

    public static byte[] Lwsstart { get; } = Invite("lwsstart", line: "INVITE  sip:nora@example.net  SIP/2.0");

    public static byte[] Trws { get; } = Options("trws", line: "OPTIONS sip:nora@example.net SIP/2.0  ");

    public static byte[] Escruri { get; } = Invite("escruri", line: "INVITE sip:nora@example.net?Route=%3Csip:evil.example%3E SIP/2.0");

    public static byte[] Baddate { get; } = Invite("baddate", rows: "Date: Mon, 06 Jul 2026 10:00:00 CEST\n");

    public static byte[] Regbadct { get; } = Options(
        "regbadct", method: "REGISTER", rows: "Contact: sip:nora@example.net?Route=%3Csip:evil.example%3E\n");

    public static byte[] Badaspec { get; } = Options("badaspec", to: "\"Nora, N.\" < sip:nora@example.net >");

    public static byte[] Baddn { get; } = Options("baddn", to: "Nora, N. <sip:nora@example.net>", from: "Otto, O. <sip:otto@example.net>;tag=dn");

    public static byte[] Badvers { get; } = Options("badvers", line: "OPTIONS sip:nora@example.net SIP/9.1", via: "SIP/9.1/UDP v.example.net;branch=z9hG4bKvers");

    public static byte[] Mismatch01 { get; } = Options("mismatch01", cseq: "8 INVITE");

    public static byte[] Mismatch02 { get; } = Options("mismatch02", method: "INVENTED", cseq: "8 INVITE");

    public static byte[] Bigcode { get; } = TortureMessage.Make(
        """
        SIP/2.0 8589934792 a number that would be 200 in 32 bits
        Via: SIP/2.0/UDP 192.0.2.82;branch=z9hG4bKbigcode
        Call-ID: bigcode.mine
        CSeq: 4 INVITE
        From: <sip:otto@example.net>;tag=bigcode1
        To: <sip:nora@example.net>;tag=bigcode2
        Content-Length: 0
        """);

    private static byte[] Invite(
        string name,
        string line = "INVITE sip:nora@example.net SIP/2.0",
        string? via = null,
        string to = "sip:nora@example.net",
        string rows = "",
        string length = "{length}") => TortureMessage.Make(
        $$"""
        {{line}}
        To: {{to}}
        From: sip:otto@example.net;tag={{name}}
        Max-Forwards: 7
        Call-ID: {{name}}.mine
        CSeq: 8 INVITE
        Via: {{via ?? $"SIP/2.0/UDP torture.example.net;branch=z9hG4bK{name}"}}
        {{rows}}Content-Type: application/sdp
        Content-Length: {{length}}

        {{SdpBody}}
        """);

    private static byte[] Options(
        string name,
        string method = "OPTIONS",
        string? line = null,
        string? via = null,
        string to = "sip:nora@example.net",
        string? from = null,
        string? cseq = null,
        string rows = "") => TortureMessage.Make(
        $$"""
        {{line ?? $"{method} sip:nora@example.net SIP/2.0"}}
        Via: {{via ?? $"SIP/2.0/UDP torture.example.net;branch=z9hG4bK{name}"}}
        Max-Forwards: 70
        From: {{from ?? $"sip:otto@example.net;tag={name}"}}
        To: {{to}}
        Call-ID: {{name}}.mine
        CSeq: {{cseq ?? $"8 {method}"}}
        {{rows}}Content-Length: 0
        """);
}
