using ImageShare.Core.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// The credentials of an agent and the nonces in use, with their counts (RFC 7616 §3.4). Used by one loop only; not
/// thread-safe.
/// </summary>
internal sealed class DigestKeyring(SipCredentials? credentials, string defaultRealm)
{
    // Nonces are remembered per server. The bound limits memory for a client that calls thousands of hosts.
    private const int MostSpaces = 64;

    private readonly Dictionary<DigestSpace, DigestKey> _keys = [];

    /// <summary>The challenge that will be answered; null if these credentials can answer none of the rows.</summary>
    public DigestChallenge? Choose(IEnumerable<string> rows) =>
        credentials is null ? null : DigestChallenge.Choose(rows, Realm == SipCredentials.AnyRealm ? null : Realm, credentials.Sim is not null);

    /// <summary>Whether there are any credentials.</summary>
    public bool HasCredentials => credentials is not null;

    /// <summary>The realm they are for.</summary>
    public string Realm => credentials?.Realm ?? defaultRealm;

    /// <summary>Whether they are for that realm.</summary>
    public bool IsFor(string realm) => Realm == SipCredentials.AnyRealm || Realm.Equals(realm, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request to that server or proxy is sent with credentials.</summary>
    public bool Knows(DigestSpace space) => _keys.ContainsKey(space);

    /// <summary>Asks the SIM; null for a password.</summary>
    public AkaAuthenticator? Sim => credentials?.Sim;

    /// <summary>Uses a challenge that a password answers; false if the <see cref="Sim"/> has to be asked.</summary>
    public bool TryLearn(DigestSpace space, DigestChallenge challenge)
    {
        if (credentials is not { Password: { } password })
        {
            return false;
        }

        Add(space, challenge, password, default);
        return true;
    }

    /// <summary>Uses the answer of the SIM to a challenge; false if it refused.</summary>
    public bool TryLearn(DigestSpace space, DigestChallenge challenge, AkaAnswer answer)
    {
        if (!answer.IsRefusal)
        {
            Add(space, challenge, answer.Response, answer.Resynchronization);
        }

        return !answer.IsRefusal;
    }

    /// <summary>The header value for a request to that server or proxy; null without a nonce of it. Each call increments the nonce count.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the Request-URI cannot be written.</exception>
    public string? Authorize(DigestSpace space, SipRequest request)
    {
        if (credentials is null || !_keys.TryGetValue(space, out DigestKey? key))
        {
            return null;
        }

        key.Count++;
        var answer = new DigestAnswer(key.Challenge, request.Method.Name, request.RequestUri.ToString(), key.Count, RandomToken.Create());
        string value = answer.Write(credentials.User, key.Secret.Span, key.Resynchronization.Span);
        if (!key.Resynchronization.IsEmpty)
        {
            // AUTS asks for another challenge and proves nothing: it is sent once.
            _keys.Remove(space);
        }

        return value;
    }

    private void Add(DigestSpace space, DigestChallenge challenge, ReadOnlyMemory<byte> secret, ReadOnlyMemory<byte> resynchronization)
    {
        if (_keys.Count >= MostSpaces && !_keys.ContainsKey(space))
        {
            _keys.Clear();
        }

        bool isSame = _keys.TryGetValue(space, out DigestKey? known) && known.Challenge.Nonce == challenge.Nonce && known.Challenge.Realm == challenge.Realm;
        _keys[space] = new DigestKey(challenge, secret, resynchronization) { Count = isSame ? known!.Count : 0 };
    }

    // A class, not a record: it has a secret, which must not be printed.
    private sealed class DigestKey(DigestChallenge challenge, ReadOnlyMemory<byte> secret, ReadOnlyMemory<byte> resynchronization)
    {
        public DigestChallenge Challenge => challenge;

        public ReadOnlyMemory<byte> Secret => secret;

        public ReadOnlyMemory<byte> Resynchronization => resynchronization;

        public uint Count { get; set; }
    }
}
