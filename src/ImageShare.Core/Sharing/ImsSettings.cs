using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing;

/// <summary>
/// Header fields required by IMS networks. All are optional, and none is needed peer to peer. They are added to each capability query and
/// invitation, but not to requests inside a session.
/// </summary>
public sealed record ImsSettings
{
    /// <summary>No settings.</summary>
    public static ImsSettings None { get; } = new();

    /// <summary>
    /// The service route from the 200 to REGISTER (RFC 3608). It follows <see cref="ImageShareOptions.Route"/> in the Route header of each
    /// request outside a dialog.
    /// </summary>
    public IReadOnlyList<SipUri> ServiceRoute { get; init; } = [];

    /// <summary>
    /// The proxies that deliver requests to this client and whose P-Asserted-Identity is trusted, in addition to the outbound proxy (the
    /// first entry of <see cref="ImageShareOptions.Route"/>). The header is ignored in requests from any other address (RFC 3325 §6). Default
    /// none.
    /// </summary>
    public IReadOnlyList<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>P-Preferred-Identity: which of the user's registered identities the network should assert (RFC 3325 §9.2), or null.</summary>
    public NameAddress? PreferredIdentity { get; init; }

    /// <summary>P-Preferred-Service: the service the network should assert (RFC 6050 §4.2), or null.</summary>
    public ServiceIdentifier? PreferredService { get; init; }

    /// <summary>P-Access-Network-Info (RFC 7315 §5.4), or null. It reveals the user's location: set it only with a trusted outbound proxy.</summary>
    public AccessNetworkInfo? AccessNetworkInfo { get; init; }

    /// <summary>Privacy (RFC 3323, RFC 3325), or null.</summary>
    public Privacy? Privacy { get; init; }

    /// <summary>Returns these settings with the service route from a 200 to REGISTER. The application registers by its own means.</summary>
    public ImsSettings WithRegistration(SipResponse registered)
    {
        ArgumentNullException.ThrowIfNull(registered);
        return this with { ServiceRoute = [.. registered.Headers.ServiceRoutes.Select(static hop => hop.Uri)] };
    }

    internal void AddTo(SipHeaders headers)
    {
        Add(headers, SipHeaderNames.PPreferredIdentity, PreferredIdentity);
        Add(headers, SipHeaderNames.PAccessNetworkInfo, AccessNetworkInfo);
        Add(headers, SipHeaderNames.Privacy, Privacy);
        if (PreferredService is { } service)
        {
            headers.Add(SipHeaderNames.PPreferredService, service.Urn);
        }
    }

    private static void Add(SipHeaders headers, string name, ISipHeaderValue? value)
    {
        if (value is not null)
        {
            headers.Add(name, value);
        }
    }
}
