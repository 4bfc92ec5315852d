using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;

namespace ImageShare.Core.Sip.Names;

/// <summary>
/// A resolver with records of the test's own, to be used with an <see cref="Net.InMemoryNetwork"/>. Names that were not added have no records.
/// Thread-safe; records may be changed at any time.
/// </summary>
public sealed class InMemorySipResolver : ISipResolver
{
    private readonly ConcurrentDictionary<(string Kind, string Name), object> _answers = new();
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>The time to live of all answers. Default 1 minute.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The questions so far, in order, such as <c>SRV _sip._udp.ims.example</c>.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Sets the NAPTR records of a domain.</summary>
    public InMemorySipResolver SetNaptr(string name, params NaptrRecord[] records) => Set("NAPTR", name, records);

    /// <summary>Sets the SRV records of a name such as <c>_sip._udp.ims.example</c>.</summary>
    public InMemorySipResolver SetSrv(string name, params SrvRecord[] records) => Set("SRV", name, records);

    /// <summary>Sets the addresses of a host.</summary>
    public InMemorySipResolver SetAddresses(string name, params IPAddress[] addresses) => Set("A", name, addresses);

    /// <summary>Has all questions about a name fail.</summary>
    /// <param name="name">The name.</param>
    /// <param name="failure">Why, as in <see cref="DnsAnswer{T}.Failure"/>.</param>
    public InMemorySipResolver Fail(string name, string failure)
    {
        ArgumentException.ThrowIfNullOrEmpty(failure);
        foreach (string kind in (string[])["NAPTR", "SRV", "A"])
        {
            _answers[Key(kind, name)] = failure;
        }

        return this;
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<NaptrRecord>> GetNaptrAsync(string name, CancellationToken cancellationToken = default) => Get<NaptrRecord>("NAPTR", name);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<SrvRecord>> GetSrvAsync(string name, CancellationToken cancellationToken = default) => Get<SrvRecord>("SRV", name);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<IPAddress>> GetAddressesAsync(string name, CancellationToken cancellationToken = default) => Get<IPAddress>("A", name);

    private static (string Kind, string Name) Key(string kind, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return (kind, name.TrimEnd('.').ToUpperInvariant());
    }

    private InMemorySipResolver Set<T>(string kind, string name, T[] records)
    {
        ArgumentNullException.ThrowIfNull(records);
        _answers[Key(kind, name)] = ImmutableArray.Create(records);
        return this;
    }

    private ValueTask<DnsAnswer<T>> Get<T>(string kind, string name)
    {
        _asked.Enqueue($"{kind} {name}");
        return new(_answers.GetValueOrDefault(Key(kind, name)) switch
        {
            ImmutableArray<T> records => DnsAnswer.Found<T>(records, TimeToLive),
            string failure => DnsAnswer.Failed<T>(failure),
            _ => DnsAnswer.None<T>(TimeToLive),
        });
    }
}
