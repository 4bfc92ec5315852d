using System.Collections.Immutable;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Sip.Names;

/// <summary>What is to be located.</summary>
/// <param name="Host">The host of the URI or its maddr: a name, no address.</param>
/// <param name="Port">The port of the URI, or null.</param>
/// <param name="Service">The service that the URI or a setting demands; null for any.</param>
/// <param name="IsSecure">Whether it is a sips URI, for which nothing but TLS counts.</param>
/// <param name="IsLarge">Whether the request is too large for UDP.</param>
internal readonly record struct SipQuestion(string Host, int? Port, SipService? Service, bool IsSecure, bool IsLarge);

/// <summary>
/// Finds the targets of a name (RFC 3263 §4): NAPTR, then SRV, then addresses. Every answer is bounded in count, every step in time; what was asked and what came is in the
/// message when there is no target. Thread-safe.
/// </summary>
/// <param name="network">Looks up addresses where <paramref name="addresses"/> is null.</param>
/// <param name="records">NAPTR and SRV records; null asks for none.</param>
/// <param name="addresses">Addresses; null leaves them to the network.</param>
/// <param name="isUsable">Whether this side can send to an address.</param>
/// <param name="time">The clock.</param>
/// <param name="limit">The time limit of it all.</param>
internal sealed class SipLocator(INetwork network, AnswerCache? records, AnswerCache? addresses, Func<IPAddress, bool> isUsable, TimeProvider time, TimeSpan limit)
{
    /// <summary>The targets, the first to be tried first; at least one.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.PeerUnreachable"/>: there is none.</exception>
    public async ValueTask<ImmutableArray<SipTarget>> LocateAsync(SipQuestion question, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var log = new QuestionLog();
        try
        {
            return await FindAsync(question, log, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.PeerUnreachable,
                $"The name {question.Host} did not resolve within {limit.TotalSeconds} s; check the name server.{log.Say()}");
        }
    }

    private async ValueTask<ImmutableArray<SipTarget>> FindAsync(SipQuestion question, QuestionLog log, CancellationToken cancellationToken)
    {
        ImmutableArray<SipTarget> targets = default;
        SipService service = question.Service ?? (question.IsSecure ? SipService.Tls : question.IsLarge ? SipService.Tcp : SipService.Udp);
        if (question.Port is null && records is not null && IsInDns(question.Host))
        {
            // RFC 3263 §4.1: a transport that is given leaves nothing to NAPTR.
            List<SrvQuestion> names = question.Service is { } only
                ? [new(only, only.SrvName(question.Host))]
                : await AskNaptrAsync(records, question, log, cancellationToken).ConfigureAwait(false);
            targets = await AskSrvAsync(records, names, log, cancellationToken).ConfigureAwait(false);
            service = names[0].Service == SipService.Tls ? SipService.Tls : service;
        }

        if (targets.IsDefault)
        {
            // RFC 3263 §4.2: no SRV records, or a port that is given.
            int port = question.Port ?? HostPort.DefaultPort(service == SipService.Tls);
            targets = [.. (await AddressesOfDomainAsync(question.Host, log, cancellationToken).ConfigureAwait(false)).Select(address => new SipTarget(new IPEndPoint(address, port), service))];
        }

        return targets.IsEmpty ? throw log.NoTarget(question.Host) : question.IsLarge ? TargetRules.ForLarge(targets) : targets;
    }

    private static async Task<List<SrvQuestion>> AskNaptrAsync(AnswerCache records, SipQuestion question, QuestionLog log, CancellationToken cancellationToken)
    {
        string domain = question.Host;
        DnsAnswer<NaptrRecord> answer = await records.GetNaptrAsync(domain, cancellationToken).ConfigureAwait(false);
        List<SrvQuestion> names = TargetRules.FromNaptr(answer.Records, question.IsSecure);
        log.Add("NAPTR", domain, answer.Failure, answer.Records.Length, names.Count == 0 ? "none of them usable" : null);

        // RFC 3263 §4.1: without NAPTR records the SRV records of each transport; "_sips" for a sips URI, and "_sip" for a sip URI.
        SipService[] services = question.IsSecure ? [SipService.Tls] : [SipService.Udp, SipService.Tcp];
        return names.Count > 0 ? names : [.. services.Select(service => new SrvQuestion(service, service.SrvName(domain)))];
    }

    // Default when there are no SRV records; empty when there are, but they lead nowhere.
    private async Task<ImmutableArray<SipTarget>> AskSrvAsync(AnswerCache records, List<SrvQuestion> names, QuestionLog log, CancellationToken cancellationToken)
    {
        Task<DnsAnswer<SrvRecord>>[] asked = [.. names.Take(TargetRules.MostHosts).Select(name => records.GetSrvAsync(name.Name, cancellationToken).AsTask())];
        DnsAnswer<SrvRecord>[] answers = await Task.WhenAll(asked).ConfigureAwait(false);
        List<(SrvRecord Record, SipService Service)> hosts = [];
        bool hasRecords = false;
        for (int i = 0; i < answers.Length; i++)
        {
            bool isDenied = TargetRules.DeniesService(answers[i].Records);
            log.Add("SRV", names[i].Name, answers[i].Failure, answers[i].Records.Length, isDenied ? "the domain does not offer this service" : null);
            hasRecords |= !answers[i].Records.IsEmpty;
            hosts.AddRange(isDenied ? [] : answers[i].Records.Select(record => (record, names[i].Service)));
        }

        return hasRecords ? await TargetsAsync(hosts, log, cancellationToken).ConfigureAwait(false) : default;
    }

    private async Task<ImmutableArray<SipTarget>> TargetsAsync(List<(SrvRecord Record, SipService Service)> hosts, QuestionLog log, CancellationToken cancellationToken)
    {
        string[] names = [.. hosts.Select(static host => host.Record.Target.TrimEnd('.')).Distinct(StringComparer.OrdinalIgnoreCase).Take(TargetRules.MostHosts)];
        IPAddress[][] found = await Task.WhenAll(names.Select(name => AddressesOfTargetAsync(name, log, cancellationToken))).ConfigureAwait(false);
        Dictionary<string, IPAddress[]> known = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < names.Length; i++)
        {
            known.Add(names[i], found[i]);
        }

        return
        [
            .. hosts.SelectMany(host => known.GetValueOrDefault(host.Record.Target.TrimEnd('.'), [])
                .Select(address => new SipTarget(new IPEndPoint(address, host.Record.Port), host.Service))).Distinct().Take(TargetRules.MostTargets),
        ];
    }

    private async Task<IPAddress[]> AddressesOfDomainAsync(string domain, QuestionLog log, CancellationToken cancellationToken)
    {
        try
        {
            return await AddressesAsync(domain, log, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageShareException error) when (log.Say() is { Length: > 0 } asked)
        {
            throw new ImageShareException(error.Error, error.Message + asked, error);
        }
    }

    // One host that does not resolve leaves the others.
    private async Task<IPAddress[]> AddressesOfTargetAsync(string host, QuestionLog log, CancellationToken cancellationToken)
    {
        try
        {
            return await AddressesAsync(host, log, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageShareException error)
        {
            log.Add("addresses", host, error.Message.TrimEnd('.'), 0);
            return [];
        }
    }

    private async ValueTask<IPAddress[]> AddressesAsync(string host, QuestionLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> found;
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            found = [address];
        }
        else if (addresses is not null && IsInDns(host))
        {
            DnsAnswer<IPAddress> answer = await addresses.GetAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            log.Add("addresses", host, answer.Failure, answer.Records.Length);
            found = answer.Records;
        }
        else
        {
            found = await network.ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        }

        IPAddress[] usable = [.. found.Where(isUsable).Take(TargetRules.MostTargets)];
        if (found.Count > 0 && usable.Length == 0)
        {
            log.AddUnusable(host, found.Count);
        }

        return usable;
    }

    // RFC 6761 §6.3, §6.4: these names are never asked for in DNS.
    private static bool IsInDns(string host)
    {
        ReadOnlySpan<char> name = host.AsSpan().TrimEnd('.');
        ReadOnlySpan<char> last = name[(name.LastIndexOf('.') + 1)..];
        return !last.Equals("localhost", StringComparison.OrdinalIgnoreCase) && !last.Equals("invalid", StringComparison.OrdinalIgnoreCase);
    }
}
