using System.Net;

namespace ImageShare.Core.Sip.Registration;

/// <summary>
/// A registration at one moment. Immutable: the client replaces it as a whole. Lists are what the registrar wrote in its last 200, escape them before display.
/// </summary>
public sealed record SipRegistrationState
{
    internal static readonly SipRegistrationState None = new();

    /// <summary>Where it stands.</summary>
    public SipRegistrationStatus Status { get; init; }

    /// <summary>Whether the registrar has a valid binding of this side.</summary>
    public bool IsRegistered => Status == SipRegistrationStatus.Registered;

    /// <summary>When the binding expires if it is not refreshed, by the clock of this machine at the time of the answer; null when there is none.</summary>
    public DateTimeOffset? RegisteredUntil { get; init; }

    /// <summary>When the next attempt begins; null when none is planned, or one is in progress.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>
    /// The bindings of the user, those of other devices included, at most 100; empty when not registered. <see cref="BindingCount"/> counts all of them.
    /// </summary>
    public IReadOnlyList<SipBinding> Bindings { get; init; } = [];

    /// <summary>How many bindings the registrar has for the user.</summary>
    public int BindingCount { get; init; }

    /// <summary>The service route (RFC 3608): requests outside a dialog follow it, after the configured route. Empty when not registered.</summary>
    public IReadOnlyList<SipUri> ServiceRoute { get; init; } = [];

    /// <summary>
    /// The public identities that were registered together (P-Associated-URI, RFC 7315 §4.1), the default one first; empty if the registrar names none, or when
    /// not registered.
    /// </summary>
    public IReadOnlyList<SipUri> AssociatedUris { get; init; } = [];

    /// <summary>
    /// The address and port from which the registrar, or the proxy in front of it, received the REGISTER (<c>received</c> and <c>rport</c>, RFC 3581 §4); null
    /// when it did not say.
    /// </summary>
    public IPEndPoint? LearntAddress { get; init; }

    /// <summary>Whether <see cref="LearntAddress"/> is not the address that this side wrote into its Via, as behind a NAT.</summary>
    public bool IsBehindNat { get; init; }

    /// <summary>Whether the registrar supports RFC 5626 and sends requests on the connection this side has opened.</summary>
    public bool UsesOutbound { get; init; }

    /// <summary>Why the last attempt failed or the binding was lost; <see cref="ImageShareError.None"/> when all is well.</summary>
    public ImageShareError Error { get; init; }

    /// <summary>The same in words: what happened and what to do next; null when all is well.</summary>
    public string? Message { get; init; }

    /// <summary>The status code of the registrar's last refusal; null when it did not refuse.</summary>
    public int? SipStatus { get; init; }
}
