using System.Net;

namespace ImageShare.Core.Sip.Names;

/// <summary>
/// The answers of a resolver, kept for their time to live, and the questions that are being asked. A question is asked once at a time, and for a
/// limited time; nobody who waits for its answer can cancel it for the others. SRV records are kept in the order in which they are tried, so that the requests
/// of one share go to one server. Bounded. Thread-safe.
/// </summary>
/// <param name="resolver">Who is asked.</param>
/// <param name="time">The clock.</param>
/// <param name="limit">The time limit of a question.</param>
/// <param name="random">See <see cref="TargetRules.Order"/>.</param>
internal sealed class AnswerCache(ISipResolver resolver, TimeProvider time, TimeSpan limit, Func<int, int> random)
{
    /// <summary>How many answers are kept.</summary>
    public const int Most = 512;

    /// <summary>How many questions are asked at the same time.</summary>
    public const int MostQuestions = 64;

    // An answer must last from the first look at a name until its request is sent, even if its time to live is 0.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // What a name does not have may be added soon (RFC 2308 §5 allows more), and a name server may be back soon.
    private static readonly TimeSpan LongestWithout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestFailed = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Name), Entry> _entries = [];
    private int _asking;

    /// <summary>How many answers and questions there are now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public ValueTask<DnsAnswer<NaptrRecord>> GetNaptrAsync(string name, CancellationToken cancellationToken) =>
        GetAsync("NAPTR", name, resolver.GetNaptrAsync, static answer => answer, cancellationToken);

    public ValueTask<DnsAnswer<SrvRecord>> GetSrvAsync(string name, CancellationToken cancellationToken) =>
        GetAsync("SRV", name, resolver.GetSrvAsync, InOrder, cancellationToken);

    public ValueTask<DnsAnswer<IPAddress>> GetAddressesAsync(string name, CancellationToken cancellationToken) =>
        GetAsync("A", name, resolver.GetAddressesAsync, static answer => answer, cancellationToken);

    private DnsAnswer<SrvRecord> InOrder(DnsAnswer<SrvRecord> answer)
    {
        if (answer.Failure is not null || answer.Records.IsEmpty || TargetRules.DeniesService(answer.Records))
        {
            return answer;
        }

        return TargetRules.Order(answer.Records, random) is { IsEmpty: false } ordered
            ? DnsAnswer.Found<SrvRecord>(ordered, answer.TimeToLive)
            : DnsAnswer.Failed<SrvRecord>("no record with a host and a port");
    }

    private async ValueTask<DnsAnswer<T>> GetAsync<T>(
        string kind, string name, Func<string, CancellationToken, ValueTask<DnsAnswer<T>>> ask, Func<DnsAnswer<T>, DnsAnswer<T>> prepare, CancellationToken cancellationToken)
    {
        // A dot at the end of a host only says that the name is whole.
        name = name.TrimEnd('.');
        (string, string) key = (kind, name.ToUpperInvariant());
        Task<DnsAnswer<T>> answer;
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out Entry? known) && known.Until > time.GetTimestamp())
            {
                answer = (Task<DnsAnswer<T>>)known.Answer;
            }
            else if (_asking >= MostQuestions)
            {
                return DnsAnswer.Failed<T>($"not asked, because {MostQuestions} other questions have no answer yet");
            }
            else
            {
                _asking++;
                MakeRoom();

                // On the thread pool: an application's resolver may block.
                answer = Task.Run(() => AskAsync(key, name, ask, prepare), CancellationToken.None);
                _entries[key] = new Entry(answer, long.MaxValue);
            }
        }

        return answer.IsCompletedSuccessfully ? answer.Result : await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<DnsAnswer<T>> AskAsync<T>(
        (string Kind, string Name) key, string name, Func<string, CancellationToken, ValueTask<DnsAnswer<T>>> ask, Func<DnsAnswer<T>, DnsAnswer<T>> prepare)
    {
        DnsAnswer<T> answer;
        using (var timeout = new CancellationTokenSource(limit, time))
        {
            try
            {
                // A resolver that ignores the token does not hold the question up.
                DnsAnswer<T>? came = await ask(name, timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false);
                answer = came is null ? DnsAnswer.Failed<T>("the resolver returned null") : prepare(came);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
                answer = DnsAnswer.Failed<T>($"no answer within {limit.TotalSeconds:0.#} s");
            }
            catch (Exception error)
            {
                // The code of an application or of another library: whatever it throws is an answer that did not come, and is said to whoever asked.
                answer = DnsAnswer.Failed<T>($"the resolver failed ({error.Message})");
            }
        }

        lock (_gate)
        {
            _asking--;
            if (_entries.TryGetValue(key, out Entry? entry))
            {
                _entries[key] = entry with { Until = time.GetTimestamp() + (long)(Lifetime(answer).TotalSeconds * time.TimestampFrequency) };
            }
        }

        return answer;
    }

    private static TimeSpan Lifetime<T>(DnsAnswer<T> answer)
    {
        if (answer.Failure is not null)
        {
            return LongestFailed;
        }

        TimeSpan most = answer.Records.IsEmpty ? LongestWithout : Longest;
        return answer.TimeToLive > most ? most : answer.TimeToLive < Shortest ? Shortest : answer.TimeToLive;
    }

    // Drops what is out of date, or else what will be first. Never a question: there are fewer of them than answers are kept.
    private void MakeRoom()
    {
        if (_entries.Count < Most)
        {
            return;
        }

        long now = time.GetTimestamp();
        foreach ((string, string) over in _entries.Where(entry => entry.Value.Until <= now).Select(static entry => entry.Key).ToArray())
        {
            _entries.Remove(over);
        }

        if (_entries.Count >= Most)
        {
            _entries.Remove(_entries.MinBy(static entry => entry.Value.Until).Key);
        }
    }

    private sealed record Entry(Task Answer, long Until);
}
