namespace ImageShare.Core.Sip.Authentication;

/// <summary>
/// How often one request may be sent again with credentials: once for the server and once for a proxy, and once more if only the nonce was stale
/// (RFC 7616 §3.3) or a SIM had to be resynchronized first (RFC 3310 §3.4). Any further refusal is the result, so that there is no loop.
/// Immutable.
/// </summary>
/// <param name="Server">Answers given to 401.</param>
/// <param name="Proxy">Answers given to 407.</param>
/// <param name="HasResynchronized">Whether one of them was AUTS, with which a SIM asks for another challenge.</param>
internal readonly record struct DigestAttempts(int Server, int Proxy, bool HasResynchronized = false)
{
    private const int Usual = 1;
    private const int WithStale = 2;

    /// <summary>Whether this challenge may be answered, and the count including it.</summary>
    public bool TryAdd(bool isProxy, bool isStale, out DigestAttempts next)
    {
        int soFar = isProxy ? Proxy : Server;
        next = isProxy ? this with { Proxy = soFar + 1 } : this with { Server = soFar + 1 };
        return soFar < (isStale || HasResynchronized ? WithStale : Usual);
    }
}
