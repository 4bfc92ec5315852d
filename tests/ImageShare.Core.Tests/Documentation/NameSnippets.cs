using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code of docs/names.md.</summary>
internal static class NameSnippets
{
    public static ImageShareOptions Servers()
    {
        // snippet: Servers
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Resolver = new DnsSipResolver(new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53), new IPEndPoint(IPAddress.Parse("192.0.2.54"), 53)),
        };
        // end
        return options;
    }

    public static ImageShareOptions Records(int port)
    {
        // snippet: Records
        InMemorySipResolver records = new InMemorySipResolver()
            .SetNaptr("ims.example", new NaptrRecord(10, 1, "s", "SIP+D2T", "", "_sip._tcp.ims.example"))
            .SetSrv("_sip._tcp.ims.example", new SrvRecord(Priority: 1, Weight: 10, port, "bob.ims.example"))
            .SetAddresses("bob.ims.example", IPAddress.Loopback);
        var options = new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Resolver = records, Network = new InMemoryNetwork() };
        // end
        return options;
    }
}
