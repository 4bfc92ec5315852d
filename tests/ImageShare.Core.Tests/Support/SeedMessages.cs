using System.Text;

namespace ImageShare.Core.Tests.Support;

/// <summary>The two messages everything began with, as they go over the wire: with CRLF line ends.</summary>
internal static class SeedMessages
{
    /// <summary>The capability query: 932 octets, no body.</summary>
    public static byte[] Options => Wire("""
        OPTIONS sip:bob@192.168.16.33 SIP/2.0
        Via: SIP/2.0/UDP 192.168.16.108:1223;rport;branch=z9hG4bK19912
        From: <sip:mamadou@v4.ims.test>;tag=16015
        To: <sip:bob@v4.ims.test>;tag=49a4177c-1235491482375000-037
        Call-ID: 1235491356210@192.168.16.108
        CSeq: 402 OPTIONS
        Max-Forwards: 70
        Allow: INVITE, ACK, CANCEL, BYE, MESSAGE, OPTIONS, NOTIFY, PRACK, REFER
        Contact: <sip:mamadou@192.168.16.108:1223;transport=udp>;expires=1000;+g.oma.sip-im
        User-Agent: IM-client/OMA1.0 Mercuro-Gold/v4.0.1196.0
        P-Preferred-Service: urn:urn-xxx:3gpp-service.ims.icsi.mmtel
        Accept-Contact: *;+g.3gpp.icsi%5fref="urn%3Aurn-xxx%3A3gpp-service.ims.icsi.mmtel"
        Route: <sip:mo@pcscf.v4.ims.test:4060;lr>,<sip:mo@scscf.v4.ims.test:6060;lr>,<sip:mt@scscf.v4.ims.test:6060;lr>,<sip:mt@pcscf.v4.ims.test:4060;lr>
        P-Access-Network-Info: ADSL;utran-cell-id-3gpp=00000000
        Privacy: none
        P-Preferred-Identity: <sip:mamadou@v4.ims.test>
        Content-Length: 0


        """);

    /// <summary>The offer in the invitation: 555 octets.</summary>
    public static byte[] Offer => Wire("""
        v=0
        o=- 3344 3344 IN IP4 192.168.16.108
        s=Mercuro IMS Client Session
        t=0 0
        m=message 1248 TCP/MSRP *
        c=IN IP4 192.168.16.108
        a=sendonly
        a=accept-types:text/plain message/cpim
        a=accept-wrapped-types:*
        a=file-selector:name:"Image 18.png" type:image/png size:78169 hash:sha-1:4A:FB:E2:01:A9:0B:C0:6F:EB:C7:23:BD:2E:26:21:A6:5D:2B:6C:DB
        a=file-disposition:render
        a=file-date:creation:2008-10-15T10:40:46.405Z
        a=file-icon:cid:test@mercuro.net
        a=path:msrp://192.168.16.108:1248/fnfozvsrtkj;tcp
        a=file-transfer-id:prepggxrpnrvystmwcysyycqpevikeff

        """);

    /// <summary>The invitation: 1595 octets, 555 of them SDP.</summary>
    public static byte[] Invite => [.. Wire("""
        INVITE sip:bob@v4.ims.test SIP/2.0
        Via: SIP/2.0/UDP 192.168.16.108:1223;rport;branch=z9hG4bK3548
        From: <sip:mamadou@v4.ims.test>;tag=2520
        To: <sip:bob@v4.ims.test>
        Call-ID: 1235491356211@192.168.16.108
        CSeq: 501 INVITE
        Max-Forwards: 70
        Allow: INVITE, ACK, CANCEL, BYE, MESSAGE, OPTIONS, NOTIFY, PRACK, REFER
        Contact: <sip:mamadou@192.168.16.108:1223;transport=udp>;+g.3gpp.app%5fref="urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais";explicit;+g.oma.sip-im
        User-Agent: IM-client/OMA1.0 Mercuro-Gold/v4.0.1196.0
        Supported: sdp-anat
        Route: <sip:192.168.16.225:4060;lr=true;transport=udp>,<sip:orig@scscf.v4.ims.test:6060;lr>
        P-Preferred-Service: urn:urn-xxx:3gpp-service.ims.icsi.mmtel
        Accept-Contact: *;+g.3gpp.app%5fref="urn%3Aurnxxx%3A3gpp-application.ims.iari.gsmais";explicit
        Accept-Contact: *;+g.oma.sip-im
        Content-Type: application/sdp
        P-Access-Network-Info: ADSL;utran-cell-id-3gpp=00000000
        Privacy: none
        P-Preferred-Identity: <sip:mamadou@v4.ims.test>
        Allow-Events: presence, presence.winfo
        Content-Length: 555


        """), .. Offer];

    public static byte[] Wire(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
}
