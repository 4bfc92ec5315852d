using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Asks for the records of a name (RFC 3263): NAPTR, SRV, A and AAAA, and shows what comes.</summary>
internal sealed class NameCheck(ISipResolver? resolver)
{
    public const string Step = "name";

    private const int MostShown = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<string> _details = [];

    /// <summary>Where connections can be tried; empty if the name leads nowhere.</summary>
    public List<IPEndPoint> EndPoints { get; } = [];

    public async Task<Check> RunAsync(Hop hop, CancellationToken cancellationToken)
    {
        if (hop.Address is { } address)
        {
            EndPoints.Add(new IPEndPoint(address, hop.Uri.Port ?? hop.DefaultPort));
            return new Check(Step, Verdict.NotChecked, $"{hop.Host} is an address: no name to look up.");
        }

        List<(string Host, int Port)> hosts = hop.Uri.Port is null && hop.Host.Contains('.', StringComparison.Ordinal) ? await ServersAsync(hop, cancellationToken) : [];
        bool hasServers = hosts.Count > 0;
        if (!hasServers)
        {
            hosts.Add((hop.Host, hop.Uri.Port ?? hop.DefaultPort));
        }

        foreach ((string host, int port) in hosts.Distinct().Take(MostShown))
        {
            IPAddress[] addresses = await AddressesAsync(host, cancellationToken);
            EndPoints.AddRange(addresses.Select(found => new IPEndPoint(found, port)));
        }

        if (EndPoints.Count == 0)
        {
            return new Check(Step, Verdict.Failed, $"The name {hop.Host} leads to no address.")
            {
                Details = _details,
                Advice = "Check its spelling; if it is known only inside a network, ask that network's name server with --name-server IP.",
            };
        }

        return new Check(Step, Verdict.Ok, $"{hop.Host} leads to {string.Join(", ", EndPoints.Take(MostShown))}{(hasServers ? " by its SRV records" : string.Empty)}.") { Details = _details };
    }

    private static string Words<T>(string question, DnsAnswer<T> answer, Func<T, string> words) => question + ": " + (
        answer.Failure is { } failure ? failure
        : answer.Records.IsEmpty ? "none"
        : string.Join(", ", answer.Records.Take(MostShown).Select(words)) + (answer.Records.Length > MostShown ? $" and {answer.Records.Length - MostShown} more" : string.Empty));

    private async Task<List<(string Host, int Port)>> ServersAsync(Hop hop, CancellationToken cancellationToken)
    {
        ISipResolver names = resolver ?? DnsSipResolver.System;
        DnsAnswer<NaptrRecord> naptr = await AskAsync(token => names.GetNaptrAsync(hop.Host, token), cancellationToken);
        _details.Add(Words($"NAPTR {hop.Host}", naptr, static record => $"{record.Services} {record.Replacement}"));
        string[] services =
        [
            .. naptr.Records.Where(record => record.Services.ToUpperInvariant() is "SIPS+D2T" || (!hop.IsTls && record.Services.ToUpperInvariant() is "SIP+D2U" or "SIP+D2T"))
                .OrderBy(static record => record.Order).ThenBy(static record => record.Preference).Select(static record => record.Replacement.TrimEnd('.')).Where(static name => name.Length > 0),
        ];
        if (services.Length == 0)
        {
            services = hop.IsTls ? [$"_sips._tcp.{hop.Host}"] : [$"_sip._udp.{hop.Host}", $"_sip._tcp.{hop.Host}"];
        }

        var hosts = new List<(string Host, int Port)>();
        foreach (string service in services.Distinct(StringComparer.OrdinalIgnoreCase).Take(MostShown))
        {
            DnsAnswer<SrvRecord> srv = await AskAsync(token => names.GetSrvAsync(service, token), cancellationToken);
            _details.Add(Words($"SRV {service}", srv, static record => $"{record.Target}:{record.Port}"));
            hosts.AddRange(srv.Records.OrderBy(static record => record.Priority).Where(static record => record.Target.TrimEnd('.').Length > 0).Select(static record => (record.Target.TrimEnd('.'), record.Port)));
        }

        return hosts;
    }

    private async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        DnsAnswer<IPAddress> answer = await AskAsync(
            token => resolver?.GetAddressesAsync(host, token) ?? new ValueTask<DnsAnswer<IPAddress>>(OfMachineAsync(host, token)), cancellationToken);
        _details.Add(Words($"A, AAAA {host}", answer, static address => address.ToString()));
        return [.. answer.Records];
    }

    private static async Task<DnsAnswer<IPAddress>> OfMachineAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return DnsAnswer.Found(await Dns.GetHostAddressesAsync(host, cancellationToken), TimeSpan.Zero);
        }
        catch (SocketException e)
        {
            return DnsAnswer.Failed<IPAddress>(e.Message);
        }
    }

    private static async Task<DnsAnswer<T>> AskAsync<T>(Func<CancellationToken, ValueTask<DnsAnswer<T>>> ask, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DnsAnswer.Failed<T>($"no answer within {Patience.TotalSeconds} s");
        }
    }
}
