using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Registration;

/// <summary>How a client registers (RFC 3261 §10, RFC 5626). Immutable; every member has a default.</summary>
/// <exception cref="ArgumentOutOfRangeException">A time is out of its range.</exception>
public sealed record SipRegistrationOptions
{
    internal static readonly TimeSpan ShortestExpiry = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The registrar, such as <c>sip:provider.example</c> or <c>sip:registrar.provider.example:5061;transport=tls</c>; its user is not used. The REGISTER goes
    /// through the outbound proxy if one is configured, and to this address otherwise. Null (the default) is the domain of the identity.
    /// </summary>
    public SipUri? Registrar { get; init; }

    /// <summary>
    /// How long a registration is asked for: 10 seconds to seven days. The registrar may grant less, or insist on more (423). Default 1 hour (RFC 3261
    /// §10.2.1.1). It is refreshed 10 minutes before it expires, or after half of the time if that is 20 minutes or less (3GPP TS 24.229 §5.1.1.4.1), up to a
    /// tenth earlier at random.
    /// </summary>
    public TimeSpan Expiry { get; init => field = OptionRange.TimeAtLeast(ShortestExpiry, value); } = TimeSpan.FromHours(1);

    /// <summary>
    /// Which device this is (<c>+sip.instance</c>, RFC 5626 §4.1). A registrar that knows it replaces the old binding of the device instead of adding another.
    /// Create it once and keep it for as long as the application is installed. Null (the default) creates one for the lifetime of the client.
    /// </summary>
    public Guid? InstanceId { get; init; }

    /// <summary>
    /// Whether to register the connection itself over TCP and TLS (<c>outbound</c>, RFC 5626), so that the registrar's proxy sends requests on the connection
    /// this side has opened. A registrar that does not support it ignores it. Over UDP it is never used: it needs STUN there. Default true.
    /// </summary>
    public bool UseOutbound { get; init; } = true;

    /// <summary>
    /// How often to register again over UDP while the answers show that this side is behind a NAT (<c>received</c> and <c>rport</c> differ from what was sent):
    /// at least 10 seconds, each time between 80 and 100 % of it, at random. This keeps the binding of the NAT, which often forgets UDP after 30 seconds. Null
    /// does not. Default 28 seconds.
    /// </summary>
    public TimeSpan? NatRefreshInterval
    {
        get;
        init => field = value is { } interval ? OptionRange.TimeAtLeast(ShortestExpiry, interval) : null;
    }
    = TimeSpan.FromSeconds(28);

    /// <summary>
    /// The base of the wait after a failed attempt (RFC 5626 §4.5): the first wait is between this and twice this, at random, and it doubles with each further
    /// failure up to <see cref="LongestRetryDelay"/>. A Retry-After of the registrar may make it longer, up to a day. Default 30 seconds.
    /// </summary>
    public TimeSpan RetryDelay { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait between two attempts; each is between half of it and all of it, at random. Default 30 minutes (RFC 5626 §4.5).</summary>
    public TimeSpan LongestRetryDelay { get; init => field = OptionRange.Time(value); } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long the end of a client waits for the registrar to remove the registration. Default 2 seconds. If it does not answer, the registration expires by
    /// itself.
    /// </summary>
    public TimeSpan UnregisterTimeout { get; init => field = OptionRange.Time(value); } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the first REGISTER has an Authorization header with the user name and without an answer (3GPP TS 24.229 §5.1.1.2), by which an IMS network finds
    /// the private identity. Needs credentials. Default false: other registrars do not expect it.
    /// </summary>
    public bool SendPrivateIdentity { get; init; }

    /// <summary>
    /// Whether requests of a registered client are sent in the name of the first P-Associated-URI, the default public identity (RFC 7315 §4.1, 3GPP TS 24.229
    /// §5.1.1.4.1), instead of the configured identity. Default false: the configured identity is used, and the network's are in
    /// <see cref="SipRegistrationState.AssociatedUris"/>.
    /// </summary>
    public bool UseAssociatedIdentity { get; init; }
}
