namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// Who asked for the credentials: a server (401) or a proxy (407), and its host. A nonce is reused only with the server or proxy it
/// came from (RFC 7616 §3.6).
/// </summary>
/// <param name="IsProxy">Whether it is a proxy (407).</param>
/// <param name="Host">The host of the Request-URI, or of the first hop for a proxy.</param>
internal readonly record struct DigestSpace(bool IsProxy, string Host)
{
    /// <summary>The header of the challenge.</summary>
    public string ChallengeHeader => IsProxy ? "Proxy-Authenticate" : "WWW-Authenticate";

    /// <summary>The header of the answer.</summary>
    public string AnswerHeader => IsProxy ? "Proxy-Authorization" : "Authorization";
}
