using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>
/// From whom P-Asserted-Identity is believed (RFC 3325 §6): the proxies named in the settings, and the outbound proxy of the client. What
/// anybody else writes there is no more than its own word.
/// </summary>
internal sealed class TrustedHops
{
    private readonly IPAddress[] _named;
    private volatile IPAddress[] _outbound = [];

    private TrustedHops(IEnumerable<IPAddress> named) => _named = [.. named.Select(Plain)];

    /// <summary>Begins to look up the outbound proxy, the first of <paramref name="route"/>; until that is done nobody but the named ones is trusted.</summary>
    public static TrustedHops Start(IEnumerable<IPAddress> named, IReadOnlyList<SipUri> route, INetwork network, TimeProvider time)
    {
        var hops = new TrustedHops(named);
        if (route is [{ IsSip: true } proxy, ..])
        {
            _ = hops.LookUpAsync(proxy.Parameters.GetValue("maddr")?.Trim('[', ']') ?? proxy.Host, network, time);
        }

        return hops;
    }

    /// <summary>The identities the network asserts of the sender of a request; none when it came from somebody who is not trusted.</summary>
    public IReadOnlyList<NameAddress> IdentitiesIn(SipRequest request, SipSource source) => IsTrusted(source.Remote.Address) ? request.Headers.AssertedIdentities : [];

    /// <summary>A request of ours went by way of the outbound proxy, to this address: its name may resolve to another one by now.</summary>
    public void Learn(SipDestination outbound)
    {
        IPAddress address = Plain(outbound.EndPoint.Address);
        if (!_outbound.Contains(address))
        {
            _outbound = [address];
        }
    }

    /// <summary>Whether that address is one of them.</summary>
    public bool IsTrusted(IPAddress address) => Plain(address) is var plain && (_named.Contains(plain) || _outbound.Contains(plain));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private async Task LookUpAsync(string host, INetwork network, TimeProvider time)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
            _outbound = [.. (await network.ResolveAsync(host, limit.Token).ConfigureAwait(false)).Select(Plain)];
        }
        catch (Exception e) when (e is ImageShareException or OperationCanceledException)
        {
            // The first request of ours finds the proxy, or fails and says why.
        }
    }
}
