using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sharing.Media;

/// <summary>Recognizes a media connection that cannot come about because both ends offered addresses of private networks.</summary>
internal static class PrivateEnds
{
    /// <summary>Whether that is why there was no connection, as far as the addresses tell. Pure.</summary>
    /// <param name="own">The address this side offered.</param>
    /// <param name="peer">The address the peer offered.</param>
    /// <param name="signalling">The address of the peer, or of the proxy before it, in SIP.</param>
    /// <param name="wasRefused">Whether a machine at the peer's address refused the connection.</param>
    public static bool AreApart(IPAddress own, IPAddress peer, IPAddress signalling, bool wasRefused)
    {
        if (AddressReaches.Of(own) != AddressReach.PrivateNetwork || AddressReaches.Of(peer) != AddressReach.PrivateNetwork || peer.Equals(signalling))
        {
            // One of them can be reached, or the peer was: by SIP, at the same address.
            return false;
        }

        // Different homes often have the same network. If SIP goes over a public server, nothing tells whether this is one of them, but a refusal comes from
        // a machine that is there. Without a public server, both are in the private network of the proxy, unless their addresses are of different ones.
        bool haveSame = HaveSameNetwork(own, peer);
        return AddressReaches.Of(signalling) == AddressReach.Everywhere ? !(haveSame && wasRefused) : !haveSame && Block(own) != Block(peer);
    }

    private static bool HaveSameNetwork(IPAddress one, IPAddress other)
    {
        byte[] bytes = one.GetAddressBytes();
        int common = bytes.AsSpan().CommonPrefixLength(other.GetAddressBytes());
        return one.AddressFamily == other.AddressFamily && common >= (one.AddressFamily == AddressFamily.InterNetwork ? 3 : 8);
    }

    // 10/8, 172.16/12, 192.168/16, 100.64/10; in IPv6 the 40 random bits of a site (RFC 4193 §3.1).
    private static string Block(IPAddress address) => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, address.AddressFamily == AddressFamily.InterNetwork ? 1 : 6));
}
