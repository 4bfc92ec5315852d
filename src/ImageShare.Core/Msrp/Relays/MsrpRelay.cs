using System.Text;

namespace ImageShare.Core.Msrp.Relays;

/// <summary>
/// A relay this side uses, and how it proves itself there (RFC 4976 §5.1). A challenge for any other realm is not answered, so that no other server
/// collects responses to guess the password from. Immutable; never printed with its password.
/// </summary>
public sealed class MsrpRelay
{
    /// <summary>Names a relay.</summary>
    /// <param name="uri">Its address, such as <c>msrps://relay.example:2855;tcp</c>; without a port, 2855 is meant. Only msrps: the relay is recognized by its certificate.</param>
    /// <param name="user">The user name.</param>
    /// <param name="password">The password.</param>
    /// <param name="realm">The realm they are for; null stands for the host of <paramref name="uri"/>.</param>
    /// <exception cref="ArgumentException">The URI is no msrps URI.</exception>
    public MsrpRelay(MsrpUri uri, string user, string password, string? realm = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentException.ThrowIfNullOrEmpty(user);
        ArgumentNullException.ThrowIfNull(password);
        Uri = uri.IsSecure ? uri : throw new ArgumentException("A relay is connected to with TLS; give it an msrps URI (RFC 4976 §9.2).", nameof(uri));
        User = user;
        Realm = realm ?? uri.Host;
        Password = Encoding.UTF8.GetBytes(password);
    }

    /// <summary>Its address.</summary>
    public MsrpUri Uri { get; }

    /// <summary>The user name.</summary>
    public string User { get; }

    /// <summary>The realm the user and password are for.</summary>
    public string Realm { get; }

    internal byte[] Password { get; }

    /// <summary>The user and the relay; never the password.</summary>
    public override string ToString() => $"{User} at {Uri}";
}
