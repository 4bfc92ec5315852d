using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Registration;

/// <summary>A binding of a user at the registrar: a Contact in its answer (RFC 3261 §10.3). Immutable. Written by the registrar: escape it before display.</summary>
public sealed record SipBinding
{
    internal SipBinding(NameAddress contact, TimeSpan expiry, bool isOwn)
    {
        Contact = contact;
        Expiry = expiry;
        IsOwn = isOwn;
    }

    /// <summary>The contact with all its parameters.</summary>
    public NameAddress Contact { get; init; }

    /// <summary>How long it remains valid after the answer.</summary>
    public TimeSpan Expiry { get; init; }

    /// <summary>Whether it is that of this client.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Where the registrar sends requests.</summary>
    public SipUri Uri => Contact.Uri;

    /// <summary>The device (<c>+sip.instance</c>, RFC 5626 §4.1), such as <c>urn:uuid:...</c>; null when unknown.</summary>
    public string? InstanceId => Contact.Parameters.GetValue("+sip.instance")?.Trim('<', '>');
}
