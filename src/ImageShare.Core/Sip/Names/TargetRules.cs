using System.Collections.Immutable;
using System.Net;

namespace ImageShare.Core.Sip.Names;

/// <summary>Where a request can be sent.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="Service">What is spoken there.</param>
internal readonly record struct SipTarget(IPEndPoint EndPoint, SipService Service);

/// <summary>The name of SRV records, and the service they are for.</summary>
internal readonly record struct SrvQuestion(SipService Service, string Name);

/// <summary>The choices of RFC 3263 §4.1, §4.2 and RFC 2782. Pure functions; whatever a server answers, the results are bounded.</summary>
internal static class TargetRules
{
    /// <summary>How many records of an answer are considered.</summary>
    public const int MostRecords = 32;

    /// <summary>How many hosts of SRV records are looked up.</summary>
    public const int MostHosts = 8;

    /// <summary>How many targets a name has at most.</summary>
    public const int MostTargets = 16;

    /// <summary>
    /// The SRV names that NAPTR records lead to, the most preferred first (RFC 3263 §4.1). Only terminal records without a rewriting rule are used, so
    /// that records cannot lead in a circle. For a sips URI only SIPS counts.
    /// </summary>
    public static List<SrvQuestion> FromNaptr(IReadOnlyCollection<NaptrRecord> records, bool isSecure)
    {
        List<SrvQuestion> questions = [];
        foreach (NaptrRecord record in records.OrderBy(static r => r.Order).ThenBy(static r => r.Preference).Take(MostRecords))
        {
            string name = record.Replacement.TrimEnd('.');
            if (SipServices.OfNaptr(record.Services) is { } service && (service == SipService.Tls || !isSecure) && name.Length > 0
                && record.Regexp.Length == 0 && record.Flags.Equals("s", StringComparison.OrdinalIgnoreCase))
            {
                var question = new SrvQuestion(service, name);
                if (!questions.Contains(question))
                {
                    questions.Add(question);
                }
            }
        }

        return questions;
    }

    /// <summary>
    /// The order in which the targets of SRV records are tried (RFC 2782): by priority; among equals at random, in proportion to the weights. A record that
    /// says "not available", or has no valid port, is left out.
    /// </summary>
    /// <param name="records">The records.</param>
    /// <param name="random">Gives a number from 0 to its argument, including both.</param>
    public static ImmutableArray<SrvRecord> Order(IReadOnlyCollection<SrvRecord> records, Func<int, int> random)
    {
        ImmutableArray<SrvRecord>.Builder ordered = ImmutableArray.CreateBuilder<SrvRecord>();
        IEnumerable<SrvRecord> usable = records.Where(static r => r.Port is > 0 and <= 65535 && r.Target.TrimEnd('.').Length > 0).OrderBy(static r => r.Priority).Take(MostRecords);
        foreach (IGrouping<int, SrvRecord> group in usable.GroupBy(static r => r.Priority))
        {
            // RFC 2782: those of weight 0 first, so that they are chosen only when the random number is 0.
            List<SrvRecord> left = [.. group.OrderBy(static r => WeightOf(r) > 0)];
            while (left.Count > 0)
            {
                int chosen = random(left.Sum(WeightOf));
                int sum = 0;
                int index = left.FindIndex(record => (sum += WeightOf(record)) >= chosen);
                ordered.Add(left[index]);
                left.RemoveAt(index);
            }
        }

        return ordered.ToImmutable();
    }

    /// <summary>Whether SRV records say that the service is decidedly not available at this domain (RFC 2782: one record with the target ".").</summary>
    public static bool DeniesService(IReadOnlyList<SrvRecord> records) => records is [{ Target: "." or "" }];

    /// <summary>
    /// The targets for a request that is too large for UDP: those of TCP and TLS; when the domain has none, those of UDP over TCP, since every element that
    /// speaks UDP also speaks TCP (RFC 3261 §18).
    /// </summary>
    public static ImmutableArray<SipTarget> ForLarge(ImmutableArray<SipTarget> targets) => targets.Any(static t => t.Service != SipService.Udp)
        ? targets.RemoveAll(static t => t.Service == SipService.Udp)
        : [.. targets.Select(static t => t with { Service = SipService.Tcp })];

    private static int WeightOf(SrvRecord record) => Math.Clamp(record.Weight, 0, ushort.MaxValue);
}
