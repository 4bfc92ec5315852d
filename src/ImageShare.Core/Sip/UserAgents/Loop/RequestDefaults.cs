using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// The sender and the route of requests outside a dialog that bring none of their own. Both start as the options say, and change when the agent registers and
/// when its registration ends. For any thread.
/// </summary>
internal sealed class RequestDefaults(SipUserAgentOptions options)
{
    private volatile Registered _now = new(options.Identity with { Parameters = default }, [.. options.Route, .. options.ServiceRoute], false);

    /// <summary>The sender, for From.</summary>
    public NameAddress Sender => _now.Sender;

    /// <summary>The outbound proxy and the service route (RFC 3608 §6.1).</summary>
    public IReadOnlyList<SipUri> Route => _now.Route;

    /// <summary>Whether requests of a dialog are to come on the connection that was registered (RFC 5626 §4.3).</summary>
    public bool UsesOutbound => _now.UsesOutbound;

    /// <summary>Takes in what a registrar said.</summary>
    /// <param name="sender">The identity it gave this side; null for that of the options.</param>
    /// <param name="serviceRoute">The service route.</param>
    /// <param name="usesOutbound">See <see cref="UsesOutbound"/>.</param>
    public void Register(SipUri? sender, IReadOnlyList<SipUri> serviceRoute, bool usesOutbound) => _now = new(
        sender is null ? options.Identity with { Parameters = default } : new NameAddress(options.Identity.DisplayName, sender),
        [.. options.Route, .. serviceRoute],
        usesOutbound);

    /// <summary>There is no registration any more.</summary>
    public void Unregister() => Register(null, options.ServiceRoute, false);

    private sealed record Registered(NameAddress Sender, SipUri[] Route, bool UsesOutbound);
}
