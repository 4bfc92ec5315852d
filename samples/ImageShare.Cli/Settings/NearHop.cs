using System.Net;
using ImageShare.Core;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Settings;

/// <summary>Explains a common mistake: a socket bound to loopback cannot reach another machine, and the system's error does not say so.</summary>
internal static class NearHop
{
    /// <exception cref="ImageShareException">The bound address cannot reach the first hop.</exception>
    public static void Check(ImageShareOptions options, SipUri peer)
    {
        SipUri hop = options.Route is [var first, ..] ? first : peer;
        if (IPAddress.IsLoopback(options.LocalEndPoint.Address)
            && IPAddress.TryParse(hop.Host, out IPAddress? address)
            && address.AddressFamily == options.LocalEndPoint.AddressFamily
            && !IPAddress.IsLoopback(address))
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable,
                $"{address} is another machine, but {options.LocalEndPoint.Address} only reaches this one; add --bind IP:0 with an address of this machine.");
        }
    }
}
