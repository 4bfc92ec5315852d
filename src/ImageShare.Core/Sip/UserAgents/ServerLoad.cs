namespace ImageShare.Core.Sip.UserAgents;

/// <summary>
/// What the requests of peers cost an agent. Those in the works are counted against <see cref="SipUserAgentOptions.MaxServerTransactions"/>;
/// answered ones only take memory until copies of them cannot come any more, so of those only the octets are bounded: the oldest is
/// forgotten first. On the loop only.
/// </summary>
internal sealed class ServerLoad
{
    /// <summary>The most octets that are kept for copies of answered requests: about 10,000 of the usual OPTIONS and their answers.</summary>
    public const long MostKept = 32 * 1024 * 1024;

    // What an answered request takes besides its octets, about.
    private const long Overhead = 1024;

    private readonly Queue<ServerTransaction> _answered = [];

    /// <summary>How many requests are in the works.</summary>
    public int InWorks { get; private set; }

    /// <summary>How many octets are kept of those that are answered.</summary>
    public long Kept { get; private set; }

    public void Begin() => InWorks++;

    public void EndWork() => InWorks--;

    /// <summary>A request is answered and waits for copies.</summary>
    public void Keep(ServerTransaction transaction, SipMessage? response)
    {
        transaction.KeptOctets = Overhead + Octets(transaction.Request) + Octets(response);
        Kept += transaction.KeptOctets;
        _answered.Enqueue(transaction);
        while (Kept > MostKept && _answered.TryDequeue(out ServerTransaction? oldest))
        {
            if (!oldest.IsOver)
            {
                oldest.Forget();
            }
        }
    }

    /// <summary>A request is forgotten.</summary>
    public void Drop(ServerTransaction transaction)
    {
        Kept -= transaction.KeptOctets;
        transaction.KeptOctets = 0;

        // All wait for the same time, so they end in their order.
        while (_answered.TryPeek(out ServerTransaction? oldest) && oldest.IsOver)
        {
            _answered.Dequeue();
        }
    }

    /// <summary>The agent is closed.</summary>
    public void Clear() => _answered.Clear();

    private static long Octets(SipMessage? message)
    {
        if (message is null)
        {
            return 0;
        }

        long octets = message.Body.Length;
        foreach (SipHeader header in message.Headers)
        {
            octets += header.Name.Length + header.RawValue.Length;
        }

        return octets;
    }
}
