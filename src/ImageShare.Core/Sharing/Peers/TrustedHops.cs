using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Sharing.Peers;

/// <summary>
/// The addresses whose P-Asserted-Identity is trusted (RFC 3325 §6): the proxies in the settings and the client's outbound proxy. From any
/// other address the header is ignored.
/// </summary>
internal sealed class TrustedHops
{
    private readonly IPAddress[] _named;
    private volatile IPAddress[] _outbound = [];

    private TrustedHops(IEnumerable<IPAddress> named) => _named = [.. named.Select(Plain)];

    /// <summary>
    /// Starts resolving the outbound proxy, the first entry of <paramref name="route"/>. Until then only the configured proxies are trusted.
    /// </summary>
    public static TrustedHops Start(IEnumerable<IPAddress> named, IReadOnlyList<SipUri> route, ISipTransport transport, TimeProvider time)
    {
        var hops = new TrustedHops(named);
        if (route is [{ IsSip: true } proxy, ..])
        {
            _ = hops.LookUpAsync(proxy, transport, time);
        }

        return hops;
    }

    /// <summary>The asserted identities of the sender of a request; none if it did not come from a trusted address.</summary>
    public IReadOnlyList<NameAddress> IdentitiesIn(SipRequest request, SipSource source) => IsTrusted(source.Remote.Address) ? request.Headers.AssertedIdentities : [];

    /// <summary>Records the address of the outbound proxy used for a request: its name may resolve differently by now.</summary>
    public void Learn(SipDestination outbound)
    {
        IPAddress address = Plain(outbound.EndPoint.Address);
        if (!_outbound.Contains(address))
        {
            _outbound = [address];
        }
    }

    /// <summary>Whether an address is trusted.</summary>
    public bool IsTrusted(IPAddress address) => Plain(address) is var plain && (_named.Contains(plain) || _outbound.Contains(plain));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // Any of the proxy's targets may send requests to us (RFC 3263).
    private async Task LookUpAsync(SipUri proxy, ISipTransport transport, TimeProvider time)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
            _outbound = [.. (await transport.ResolveAllAsync(proxy, messageLength: 0, limit.Token).ConfigureAwait(false)).Select(static hop => Plain(hop.EndPoint.Address))];
        }
        catch (Exception e) when (e is ImageShareException or OperationCanceledException)
        {
            // The first request resolves the proxy, or fails and reports why.
        }
    }
}
