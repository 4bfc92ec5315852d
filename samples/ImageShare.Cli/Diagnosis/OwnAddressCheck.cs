using System.Net;
using System.Net.Sockets;
using ImageShare.Core;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Whether peers can reach the addresses that this side tells them.</summary>
internal static class OwnAddressCheck
{
    public const string Step = "own address";

    /// <summary>Whether the address that is bound can reach the first hop.</summary>
    public static Check Before(ImageShareOptions options, SipUri self, IReadOnlyList<IPEndPoint> places)
    {
        // The system's error for this does not say what is wrong.
        if (IPAddress.IsLoopback(options.LocalEndPoint.Address) && places.Count > 0 && places.All(static place => !IPAddress.IsLoopback(place.Address)))
        {
            string[] own = [.. OfMachine(places[0].AddressFamily).Select(static address => address.ToString())];
            return new Check(Step, Verdict.Failed, $"{places[0].Address} is another machine, but {options.LocalEndPoint.Address} only reaches this one.")
            {
                Advice = $"Add --bind IP:0 with an address of this machine{(own.Length > 0 ? $", such as {string.Join(" or ", own)}" : string.Empty)}.",
            };
        }

        string advertised = options.Advertised?.Host is { } host ? $", and tells peers {host}" : string.Empty;
        return new Check(Step, Verdict.Ok, $"This side is {self}{advertised}.");
    }

    /// <summary>What the peer saw of this side: the Via of its answer (RFC 3261 §18.2.1, RFC 3581).</summary>
    public static Check After(ImageShareOptions options, SipUri self, Via? via, IPAddress? peer)
    {
        IPAddress? own = IPAddress.TryParse(self.Host.Trim('[', ']'), out IPAddress? address) ? address : null;
        if (via?.Received is { } seen && own is not null && !seen.Equals(own))
        {
            return new Check("nat", Verdict.Warning, $"The peer sees {seen}{(via.RPort is { } port ? $":{port}" : string.Empty)}, not {own}: there is a NAT between.")
            {
                Advice = $"Images to you need a way in: forward ports and give --advertise {seen}, or use an MSRP relay, or register with --register; see docs/nat.md.",
            };
        }

        AddressReach? reach = own is null ? null : AddressReaches.Of(own);
        if (peer is not null && reach is AddressReach.PrivateNetwork or AddressReach.Link && AddressReaches.Of(peer) == AddressReach.Everywhere)
        {
            return new Check("nat", Verdict.Warning, $"{own} is a private address, and {peer} is not in a private network.")
            {
                Advice = "If there is a NAT between, forward ports and give --advertise with its address, or use an MSRP relay; see docs/nat.md.",
            };
        }

        return new Check("nat", Verdict.Ok, via?.Received is not null || via?.RPort is not null ? "The peer sees the address that this side tells it." : "No sign of a NAT.");
    }

    private static IEnumerable<IPAddress> OfMachine(AddressFamily family)
    {
        try
        {
            return Dns.GetHostAddresses(Dns.GetHostName()).Where(address => address.AddressFamily == family && !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal).Take(4);
        }
        catch (SocketException)
        {
            // The machine has no name that leads to itself; the advice is poorer without.
            return [];
        }
    }
}
