namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// A user name and password for digest authentication (RFC 3261 §22), good for one realm only: a challenge that names any other
/// realm is not answered, so that no stranger collects answers to guess the password from. Immutable; never printed.
/// </summary>
public sealed class SipCredentials
{
    /// <summary>Makes credentials.</summary>
    /// <param name="user">The user name, for IMS the private identity such as <c>alice@ims.example</c>.</param>
    /// <param name="password">The password.</param>
    /// <param name="realm">The realm they are for; null stands for the domain of the agent's own identity.</param>
    public SipCredentials(string user, string password, string? realm = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        ArgumentNullException.ThrowIfNull(password);
        User = user;
        Password = password;
        Realm = realm;
    }

    /// <summary>The user name.</summary>
    public string User { get; }

    /// <summary>The realm they are for; null stands for the domain of the agent's own identity.</summary>
    public string? Realm { get; }

    internal string Password { get; }

    /// <summary>The user and the realm; never the password.</summary>
    public override string ToString() => Realm is null ? User : $"{User} at {Realm}";
}
