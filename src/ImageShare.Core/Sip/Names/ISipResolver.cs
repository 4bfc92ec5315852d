using System.Net;

namespace ImageShare.Core.Sip.Names;

/// <summary>
/// Asks name servers for the records by which SIP servers are found (RFC 3263). <see cref="DnsSipResolver"/> asks real ones;
/// <see cref="InMemorySipResolver"/> is for tests; an application may use a resolver of its own.
/// </summary>
/// <remarks>
/// The library keeps the answers for their time to live, chooses among the records, and limits the time of each question, so an implementation
/// does none of that. Whatever a server answers is a value; an exception counts as a failed question. All members may be called at the same
/// time from any thread.
/// </remarks>
public interface ISipResolver
{
    /// <summary>The NAPTR records of a domain.</summary>
    /// <param name="name">The domain, without a dot at its end.</param>
    /// <param name="cancellationToken">Gives up; the answer is no longer needed.</param>
    ValueTask<DnsAnswer<NaptrRecord>> GetNaptrAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The SRV records of a name such as <c>_sip._udp.ims.example</c>.</summary>
    /// <param name="name">The name, without a dot at its end.</param>
    /// <param name="cancellationToken">Gives up; the answer is no longer needed.</param>
    ValueTask<DnsAnswer<SrvRecord>> GetSrvAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The addresses of a host: its A and AAAA records.</summary>
    /// <param name="name">The host, without a dot at its end.</param>
    /// <param name="cancellationToken">Gives up; the answer is no longer needed.</param>
    ValueTask<DnsAnswer<IPAddress>> GetAddressesAsync(string name, CancellationToken cancellationToken = default);
}
