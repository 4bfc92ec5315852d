using System.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// The credentials for digest challenges (RFC 3261 §22): a user name, and a password or a SIM. They are for one realm: a challenge of another realm is
/// not answered, because the password could be guessed from the answer. Immutable; never printed, never
/// compared.
/// </summary>
/// <example>
/// A client with an ISIM, which <c>card</c> gives access to:
/// <code>
/// SipCredentials credentials = SipCredentials.FromSim("001010123456789@ims.example", async (challenge, cancellationToken) =>
/// {
///     CardReply reply = await card.AuthenticateAsync(challenge.Rand, challenge.Autn, cancellationToken);
///     return reply.IsOutOfStep ? AkaAnswer.Resynchronize(reply.Auts) : reply.IsGood ? AkaAnswer.Respond(reply.Res) : AkaAnswer.Refuse;
/// });
/// </code>
/// </example>
public sealed class SipCredentials
{
    /// <summary>
    /// The realm that stands for every realm. Any server or proxy that sends a challenge then gets an answer, from which the password can be guessed offline,
    /// and a proxy can use the answer at once in the user's name. Only for networks in which all servers are trusted.
    /// </summary>
    public const string AnyRealm = "*";

    /// <summary>Creates credentials from a password, for MD5 and SHA-256 (RFC 8760).</summary>
    /// <param name="user">The user name, for IMS the private identity such as <c>alice@ims.example</c>.</param>
    /// <param name="password">The password.</param>
    /// <param name="realm">The realm they are for; null stands for the domain of the agent's own identity, <see cref="AnyRealm"/> for any.</param>
    public SipCredentials(string user, string password, string? realm = null)
        : this(user, realm)
    {
        ArgumentNullException.ThrowIfNull(password);
        Password = Encoding.UTF8.GetBytes(password);
    }

    private SipCredentials(string user, string? realm)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        User = user;
        Realm = realm;
    }

    /// <summary>The user name.</summary>
    public string User { get; }

    /// <summary>The realm they are for; null stands for the domain of the agent's own identity, <see cref="AnyRealm"/> for any.</summary>
    public string? Realm { get; }

    /// <summary>The password in UTF-8; null with a SIM.</summary>
    internal byte[]? Password { get; }

    internal AkaAuthenticator? Sim { get; private init; }

    /// <summary>
    /// Creates credentials from a SIM, for AKAv1-MD5 (RFC 3310): the SIM gets each challenge and returns the password for this challenge only.
    /// Challenges that need a password are not answered.
    /// </summary>
    /// <param name="user">The private identity, as on the ISIM.</param>
    /// <param name="sim">Asks the SIM.</param>
    /// <param name="realm">The realm they are for; null stands for the domain of the agent's own identity, <see cref="AnyRealm"/> for any.</param>
    public static SipCredentials FromSim(string user, AkaAuthenticator sim, string? realm = null)
    {
        ArgumentNullException.ThrowIfNull(sim);
        return new SipCredentials(user, realm) { Sim = sim };
    }

    /// <summary>The user and the realm, without the password.</summary>
    public override string ToString() => Realm is null ? User : $"{User} at {Realm}";
}
