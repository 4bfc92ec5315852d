using System.Text;

namespace ImageShare.Core.Msrp.Relays;

/// <summary>
/// A relay of this side, with the credentials for it (RFC 4976 §5.1). Challenges for another realm are not answered, so that no other server can
/// collect responses to guess the password from. Immutable; never printed with its password.
/// </summary>
public sealed class MsrpRelay
{
    /// <summary>Creates a relay.</summary>
    /// <param name="uri">Its address, such as <c>msrps://relay.example:2855;tcp</c>; the default port is 2855. Only msrps: the relay is verified by its certificate.</param>
    /// <param name="user">The user name.</param>
    /// <param name="password">The password.</param>
    /// <param name="realm">The realm of the credentials; null for the host of <paramref name="uri"/>.</param>
    /// <exception cref="ArgumentException">The URI is not an msrps URI.</exception>
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

    /// <summary>The realm of the credentials.</summary>
    public string Realm { get; }

    internal byte[] Password { get; }

    /// <summary>The user and the relay, without the password.</summary>
    public override string ToString() => $"{User} at {Uri}";
}
