using System.Net;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code of docs/nat.md, compiled and run.</summary>
internal static class NatSnippets
{
    public static ImageShareOptions Forwarded()
    {
        // snippet: Forwarded
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            LocalEndPoint = IPEndPoint.Parse("192.168.1.7:5060"),
            MsrpPort = 2855,
            Advertised = new AdvertisedAddress("share.example.net") { SipPort = 40060, MsrpPort = 42855 },
        };
        // end
        return options;
    }
}
