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
