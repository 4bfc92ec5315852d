using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Registration;

/// <summary>A binding of a user at the registrar: a Contact in its answer (RFC 3261 §10.3). Immutable. Written by the registrar: escape it before display.</summary>
/// <param name="Contact">The contact with all its parameters.</param>
/// <param name="Expiry">How long it remains valid after the answer.</param>
/// <param name="IsOwn">Whether it is that of this client.</param>
public sealed record SipBinding(NameAddress Contact, TimeSpan Expiry, bool IsOwn)
{
    /// <summary>Where the registrar sends requests.</summary>
    public SipUri Uri => Contact.Uri;

    /// <summary>The device (<c>+sip.instance</c>, RFC 5626 §4.1), such as <c>urn:uuid:...</c>; null when unknown.</summary>
    public string? InstanceId => Contact.Parameters.GetValue("+sip.instance")?.Trim('<', '>');
}
