using System.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sharing;

/// <summary>
/// What an IMS network wants in the requests of its phones. All of it is optional: peer to peer none is needed. It goes into each
/// capability query and each invitation; requests inside a session have none of it.
/// </summary>
public sealed record ImsSettings
{
    /// <summary>Nothing.</summary>
    public static ImsSettings None { get; } = new();

    /// <summary>
    /// The hops behind the outbound proxy, from the registration's 200 (RFC 3608): they follow <see cref="ImageShareOptions.Route"/> in
    /// the Route of each request outside a dialog.
    /// </summary>
    public IReadOnlyList<SipUri> ServiceRoute { get; init; } = [];

    /// <summary>
    /// Proxies whose P-Asserted-Identity is believed, beside the outbound proxy (the first of <see cref="ImageShareOptions.Route"/>), which always is: those
    /// that deliver the requests of others here. What comes from any other address asserts nothing (RFC 3325 §6). Default: none.
    /// </summary>
    public IReadOnlyList<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>P-Preferred-Identity: which of the user's registered identities the network is to assert (RFC 3325 §9.2); null for none.</summary>
    public NameAddress? PreferredIdentity { get; init; }

    /// <summary>P-Preferred-Service: the service the network is to assert (RFC 6050 §4.2); null for none.</summary>
    public ServiceIdentifier? PreferredService { get; init; }

    /// <summary>P-Access-Network-Info (RFC 7315 §5.4); null for none. It tells where the user is: only for a trusted outbound proxy.</summary>
    public AccessNetworkInfo? AccessNetworkInfo { get; init; }

    /// <summary>Privacy (RFC 3323, RFC 3325); null for none.</summary>
    public Privacy? Privacy { get; init; }

    /// <summary>The same settings with the service route of a 200 to REGISTER, which an application sends with its own means.</summary>
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
