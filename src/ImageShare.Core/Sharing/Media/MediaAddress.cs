using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing.Offers;

namespace ImageShare.Core.Sharing.Media;

/// <summary>Resolves and compares the addresses of a peer's media section and MSRP path (RFC 6714 §4.4).</summary>
internal static class MediaAddress
{
    /// <summary>Whether the c= and m= lines of the section match an address of the path. A name that does not resolve matches nothing.</summary>
    public static async Task<bool> MatchesPathAsync(
        INetwork network, SessionDescription description, MediaDescription media, MsrpPath path, CancellationToken cancellationToken)
    {
        if (description.GetConnection(media) is not { } connection)
        {
            // Without c= there is no address to compare or to connect to.
            return true;
        }

        IReadOnlyList<IPAddress> addresses = await ResolveAsync(network, connection.Address, cancellationToken).ConfigureAwait(false);
        var ends = new List<IPEndPoint>();
        foreach (MsrpUri uri in path.Uris)
        {
            foreach (IPAddress address in uri.Port is null ? [] : await ResolveAsync(network, uri.Host, cancellationToken).ConfigureAwait(false))
            {
                ends.Add(new IPEndPoint(address, uri.Port!.Value));
            }
        }

        return Cema.Matches(addresses, media.Port, ends, description.GetSetup(media));
    }

    private static async ValueTask<IPAddress[]> ResolveAsync(INetwork network, string host, CancellationToken cancellationToken)
    {
        try
        {
            return IPAddress.TryParse(host, out IPAddress? address) ? [address] : await network.ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageShareException)
        {
            return [];
        }
    }
}
