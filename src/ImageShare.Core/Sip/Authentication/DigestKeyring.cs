using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// Who asked for the credentials: a server (401) or a proxy on the way (407), and its host. A nonce is reused with the one it
/// came from only (RFC 7616 §3.6).
/// </summary>
/// <param name="IsProxy">407 rather than 401.</param>
/// <param name="Host">The host of the Request-URI, or of the first hop for a proxy.</param>
internal readonly record struct DigestSpace(bool IsProxy, string Host)
{
    /// <summary>The header the challenge stands in.</summary>
    public string ChallengeHeader => IsProxy ? "Proxy-Authenticate" : "WWW-Authenticate";

    /// <summary>The header the answer goes into.</summary>
    public string AnswerHeader => IsProxy ? "Proxy-Authorization" : "Authorization";
}

/// <summary>
/// The credentials of an agent and the nonces in use, with their counts (RFC 7616 §3.4). Owned by one loop; not for
/// simultaneous use.
/// </summary>
internal sealed class DigestKeyring(SipCredentials? credentials, string defaultRealm)
{
    // Nonces are remembered per server talked to; a crawler over thousands of hosts must not grow this without end.
    private const int MostSpaces = 64;

    private readonly Dictionary<DigestSpace, (DigestChallenge Challenge, uint Count)> _nonces = [];

    /// <summary>Takes up a challenge; false when none of the rows can be answered with what we have.</summary>
    public bool TryLearn(DigestSpace space, IEnumerable<string> rows, out bool isStale)
    {
        isStale = false;
        if (credentials is null || DigestChallenge.Choose(rows, credentials.Realm ?? defaultRealm) is not { } challenge)
        {
            return false;
        }

        if (_nonces.Count >= MostSpaces && !_nonces.ContainsKey(space))
        {
            _nonces.Clear();
        }

        isStale = challenge.IsStale;
        bool same = _nonces.TryGetValue(space, out var known) && known.Challenge.Nonce == challenge.Nonce && known.Challenge.Realm == challenge.Realm;
        _nonces[space] = (challenge, same ? known.Count : 0);
        return true;
    }

    /// <summary>The header value for a request into that space, or null when nothing is known of it. Each call counts the nonce up.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the Request-URI cannot be written.</exception>
    public string? Authorize(DigestSpace space, SipRequest request)
    {
        if (credentials is null || !_nonces.TryGetValue(space, out var known))
        {
            return null;
        }

        uint count = known.Count + 1;
        _nonces[space] = (known.Challenge, count);
        return new DigestAnswer(known.Challenge, request.Method.Name, request.RequestUri.ToString(), count, RandomToken.Create())
            .Write(credentials.User, credentials.Password);
    }
}
