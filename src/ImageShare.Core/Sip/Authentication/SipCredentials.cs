using System.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// What digest challenges are answered with (RFC 3261 §22): a user name and either a password or a SIM, good for one realm only. A challenge that
/// names any other realm is not answered, so that no stranger collects answers to guess the password from. Immutable; never printed, never
/// compared.
/// </summary>
/// <example>
/// A client with an ISIM; <c>card</c> stands for whatever reaches it:
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
    /// As the realm: any. Whoever challenges, on whatever way, then gets an answer from which the password can be guessed at leisure, and a proxy may use it at
    /// once in the user's name. Only for networks all of whose servers are trusted.
    /// </summary>
    public const string AnyRealm = "*";

    /// <summary>Makes credentials of a password, for MD5 and SHA-256 (RFC 8760).</summary>
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

    /// <summary>The password in UTF-8; null where a SIM answers.</summary>
    internal byte[]? Password { get; }

    internal AkaAuthenticator? Sim { get; private init; }

    /// <summary>
    /// Makes credentials of a SIM, for AKAv1-MD5 (RFC 3310): each challenge is handed to it, and its answer is the password of that challenge only.
    /// Challenges for a password are then left unanswered.
    /// </summary>
    /// <param name="user">The private identity, as on the ISIM.</param>
    /// <param name="sim">Asks the SIM.</param>
    /// <param name="realm">The realm they are for; null stands for the domain of the agent's own identity, <see cref="AnyRealm"/> for any.</param>
    public static SipCredentials FromSim(string user, AkaAuthenticator sim, string? realm = null)
    {
        ArgumentNullException.ThrowIfNull(sim);
        return new SipCredentials(user, realm) { Sim = sim };
    }

    /// <summary>The user and the realm; never the password.</summary>
    public override string ToString() => Realm is null ? User : $"{User} at {Realm}";
}
