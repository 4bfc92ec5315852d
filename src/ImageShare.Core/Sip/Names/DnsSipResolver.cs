using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace ImageShare.Core.Sip.Names;

/// <summary>Asks name servers over DNS, by UDP, and TCP for answers that are too long for it. Thread-safe.</summary>
public sealed class DnsSipResolver : ISipResolver
{
    private static readonly TimeSpan AttemptTime = TimeSpan.FromSeconds(1.5);

    // One for the machine's name servers: it follows changes of the network for as long as the program runs.
    private static readonly Lazy<LookupClient> Machine = new(static () => Create([]));

    private readonly Lazy<LookupClient> _client;

    private DnsSipResolver() => _client = Machine;

    /// <summary>Asks these name servers; the next one when one does not answer.</summary>
    /// <param name="nameServers">Their addresses and ports, usually port 53; at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public DnsSipResolver(params IPEndPoint[] nameServers)
    {
        ArgumentNullException.ThrowIfNull(nameServers);
        if (nameServers.Length == 0)
        {
            throw new ArgumentException("Name at least one server, or use DnsSipResolver.System.", nameof(nameServers));
        }

        IPEndPoint[] servers = [.. nameServers];
        _client = new Lazy<LookupClient>(() => Create(servers));
    }

    /// <summary>Asks the name servers of this machine.</summary>
    public static DnsSipResolver System { get; } = new();

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<NaptrRecord>> GetNaptrAsync(string name, CancellationToken cancellationToken = default) => AskAsync(
        name,
        QueryType.NAPTR,
        static record => record is NAPtrRecord r ? new NaptrRecord(r.Order, r.Preference, r.Flags, r.Services, r.RegularExpression, r.Replacement.Value) : null,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<Names.SrvRecord>> GetSrvAsync(string name, CancellationToken cancellationToken = default) => AskAsync(
        name,
        QueryType.SRV,
        static record => record is DnsClient.Protocol.SrvRecord r ? new SrvRecord(r.Priority, r.Weight, r.Port, r.Target.Value) : null,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<DnsAnswer<IPAddress>> GetAddressesAsync(string name, CancellationToken cancellationToken = default)
    {
        Task<DnsAnswer<IPAddress>> four = AskAsync(name, QueryType.A, static record => (record as ARecord)?.Address, cancellationToken).AsTask();
        Task<DnsAnswer<IPAddress>> six = AskAsync(name, QueryType.AAAA, static record => (record as AaaaRecord)?.Address, cancellationToken).AsTask();
        DnsAnswer<IPAddress> first = await four.ConfigureAwait(false);
        DnsAnswer<IPAddress> second = await six.ConfigureAwait(false);

        // One kind is enough: some servers fail for the kind that a host does not have.
        return (first.Records.IsEmpty, second.Records.IsEmpty) switch
        {
            (false, false) => DnsAnswer.Found<IPAddress>([.. first.Records, .. second.Records], first.TimeToLive < second.TimeToLive ? first.TimeToLive : second.TimeToLive),
            (true, false) => second,
            (false, true) => first,
            _ => first.Failure is null ? second : first,
        };
    }

    private static LookupClient Create(IPEndPoint[] servers)
    {
        LookupClientOptions options = servers.Length == 0 ? new LookupClientOptions() : new LookupClientOptions(servers);
        options.AutoResolveNameServers = servers.Length == 0;

        // The library keeps the answers itself, in one place with those of other resolvers.
        options.UseCache = false;
        options.ThrowDnsErrors = false;
        options.Timeout = AttemptTime;
        options.Retries = 1;
        return new LookupClient(options);
    }

    private async ValueTask<DnsAnswer<T>> AskAsync<T>(string name, QueryType type, Func<DnsResourceRecord, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        DnsQuestion question;
        try
        {
            question = new DnsQuestion(name, type);
        }
        catch (ArgumentException)
        {
            // More than 63 characters in a label, or more than 255 in all.
            return DnsAnswer.Failed<T>("this is no name that DNS can hold");
        }

        try
        {
            IDnsQueryResponse response = await _client.Value.QueryAsync(question, cancellationToken).ConfigureAwait(false);
            if (response.HasError && response.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
            {
                return DnsAnswer.Failed<T>($"the name server {response.NameServer} says {response.Header.ResponseCode}");
            }

            // Behind an alias the records have the name it leads to; so the kind decides, and not the name.
            T[] records = [.. response.Answers.Select(read).OfType<T>()];
            return records.Length == 0
                ? DnsAnswer.None<T>(TimeWithout(response))
                : DnsAnswer.Found<T>(records, TimeSpan.FromSeconds(response.Answers.Min(static record => (double)record.InitialTimeToLive)));
        }
        catch (DnsResponseException error)
        {
            return DnsAnswer.Failed<T>(error.Code == DnsResponseCode.ConnectionTimeout ? "no name server answered" : $"the name server's answer cannot be used ({error.DnsError})");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // What DnsClient throws for bytes that are no answer is not all its own; every answer of a server is a value here.
            return DnsAnswer.Failed<T>($"the name server's answer cannot be read ({error.GetType().Name})");
        }
    }

    // RFC 2308 §5: how long the absence of a record may be kept.
    private static TimeSpan TimeWithout(IDnsQueryResponse response) =>
        response.Authorities.OfType<SoaRecord>().FirstOrDefault() is { } zone ? TimeSpan.FromSeconds(Math.Min(zone.Minimum, zone.InitialTimeToLive)) : TimeSpan.FromMinutes(1);
}
