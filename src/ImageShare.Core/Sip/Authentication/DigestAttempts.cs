namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// How often one request may be sent again with credentials: once per asker, once more when the asker says that only the nonce
/// was stale (RFC 7616 §3.3), or when a SIM had to be brought in step first (RFC 3310 §3.4). Whatever is refused beyond that is told to
/// the user and never looped. Immutable.
/// </summary>
/// <param name="Server">Answers given to 401.</param>
/// <param name="Proxy">Answers given to 407.</param>
/// <param name="HasResynchronized">Whether one of them was no answer, but a SIM's wish for another challenge.</param>
internal readonly record struct DigestAttempts(int Server, int Proxy, bool HasResynchronized = false)
{
    private const int Usual = 1;
    private const int WithStale = 2;

    /// <summary>Whether this challenge may be answered, and the count with it.</summary>
    public bool TryAdd(bool isProxy, bool isStale, out DigestAttempts next)
    {
        int soFar = isProxy ? Proxy : Server;
        next = isProxy ? this with { Proxy = soFar + 1 } : this with { Server = soFar + 1 };
        return soFar < (isStale || HasResynchronized ? WithStale : Usual);
    }
}
