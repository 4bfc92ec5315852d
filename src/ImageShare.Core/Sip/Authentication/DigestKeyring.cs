using ImageShare.Core.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// The credentials of an agent and the nonces in use, with their counts (RFC 7616 §3.4). Owned by one loop; not for
/// simultaneous use.
/// </summary>
internal sealed class DigestKeyring(SipCredentials? credentials, string defaultRealm)
{
    // Nonces are remembered per server talked to; a crawler over thousands of hosts must not grow this without end.
    private const int MostSpaces = 64;

    private readonly Dictionary<DigestSpace, DigestKey> _keys = [];

    /// <summary>The challenge that will be answered, or null when none of the rows can be with what we have.</summary>
    public DigestChallenge? Choose(IEnumerable<string> rows) =>
        credentials is null ? null : DigestChallenge.Choose(rows, Realm == SipCredentials.AnyRealm ? null : Realm, credentials.Sim is not null);

    /// <summary>Whether there are any credentials.</summary>
    public bool HasCredentials => credentials is not null;

    /// <summary>The realm they are for.</summary>
    public string Realm => credentials?.Realm ?? defaultRealm;

    /// <summary>Whether they are for that realm.</summary>
    public bool IsFor(string realm) => Realm == SipCredentials.AnyRealm || Realm.Equals(realm, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request into that space is sent with credentials.</summary>
    public bool Knows(DigestSpace space) => _keys.ContainsKey(space);

    /// <summary>Asks the SIM; null where a password answers.</summary>
    public AkaAuthenticator? Sim => credentials?.Sim;

    /// <summary>Takes up a challenge that a password answers; false when it takes the <see cref="Sim"/>.</summary>
    public bool TryLearn(DigestSpace space, DigestChallenge challenge)
    {
        if (credentials is not { Password: { } password })
        {
            return false;
        }

        Add(space, challenge, password, default);
        return true;
    }

    /// <summary>Takes up what the SIM said to a challenge; false when it refuses to answer.</summary>
    public bool TryLearn(DigestSpace space, DigestChallenge challenge, AkaAnswer answer)
    {
        if (!answer.IsRefusal)
        {
            Add(space, challenge, answer.Response, answer.Resynchronization);
        }

        return !answer.IsRefusal;
    }

    /// <summary>The header value for a request into that space, or null when nothing is known of it. Each call counts the nonce up.</summary>
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
            // It asks for another challenge and proves nothing: not to be said again.
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

    // A class, not a record: it holds a secret and must not print it.
    private sealed class DigestKey(DigestChallenge challenge, ReadOnlyMemory<byte> secret, ReadOnlyMemory<byte> resynchronization)
    {
        public DigestChallenge Challenge => challenge;

        public ReadOnlyMemory<byte> Secret => secret;

        public ReadOnlyMemory<byte> Resynchronization => resynchronization;

        public uint Count { get; set; }
    }
}
