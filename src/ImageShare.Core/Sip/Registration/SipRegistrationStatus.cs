namespace ImageShare.Core.Sip.Registration;

/// <summary>Where a registration stands; docs/registration.md has the transitions.</summary>
public enum SipRegistrationStatus
{
    /// <summary>Not registered, and nothing is being done about it.</summary>
    Unregistered,

    /// <summary>A REGISTER is in progress, and the registrar has no binding of this side yet, or not any more.</summary>
    Registering,

    /// <summary>
    /// The registrar sends requests for the user to this side, until <see cref="SipRegistrationState.RegisteredUntil"/>. It is refreshed before that. If a refresh
    /// fails, the state has the reason and stays like this until the binding expires.
    /// </summary>
    Registered,

    /// <summary>
    /// Not registered: there was no answer, an answer that promises to change (such as 503), or the connection or the binding was lost. It is tried again at
    /// <see cref="SipRegistrationState.RetryAt"/>.
    /// </summary>
    Lost,

    /// <summary>The registrar refused in a way that another attempt does not change (such as 403), before it ever registered this side. It is not tried again.</summary>
    Refused,

    /// <summary>The binding is being removed.</summary>
    Unregistering,
}
