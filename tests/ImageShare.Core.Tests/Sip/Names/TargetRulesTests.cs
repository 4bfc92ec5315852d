using System.Net;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>The choices among records, as pure functions.</summary>
[TestFixture]
public sealed class TargetRulesTests
{
    [Test]
    [Category("DNS-002")]
    public void NAPTR_records_count_by_order_then_preference_and_only_with_services_that_are_spoken()
    {
        NaptrRecord[] records =
        [
            new(100, 10, "s", "SIP+D2U", "", "_sip._udp.a.test."),
            new(50, 50, "S", "sip+d2t", "", "_sip._tcp.b.test"),
            new(50, 20, "s", "SIPS+D2T", "", "_sips._tcp.c.test."),
            new(1, 1, "s", "SIP+D2S", "", "_sip._sctp.a.test."),
            new(1, 2, "s", "SIPS+D2U", "", "_sips._udp.a.test."),
            new(1, 3, "s", "SIP+D2W", "", "_sip._ws.a.test."),
            new(1, 4, "u", "E2U+sip", "!^.*$!sip:a@b!", "."),
            new(1, 5, "s", "SIP+D2U", "!a!b!", "_sip._udp.rewritten.test."),
            new(1, 6, "", "SIP+D2U", "", "again.test."),
            new(1, 7, "s", "SIP+D2U", "", "."),
        ];
        Assert.That(TargetRules.FromNaptr(records, isSecure: false).Select(static q => $"{q.Service} {q.Name}"), Is.EqualTo(
            ["Tls _sips._tcp.c.test", "Tcp _sip._tcp.b.test", "Udp _sip._udp.a.test"]));
    }

    [Test]
    [Category("DNS-003")]
    public void For_a_sips_URI_only_SIPS_counts()
    {
        NaptrRecord[] records = [new(1, 1, "s", "SIP+D2T", "", "_sip._tcp.a.test."), new(2, 1, "s", "SIPS+D2T", "", "_sips._tcp.a.test.")];
        Assert.That(TargetRules.FromNaptr(records, isSecure: true), Is.EqualTo([new SrvQuestion(SipService.Tls, "_sips._tcp.a.test")]));
        Assert.That(TargetRules.FromNaptr(records[..1], isSecure: true), Is.Empty);
    }

    [Test]
    [Category("DNS-004")]
    public void SRV_records_count_by_priority()
    {
        SrvRecord[] records = [new(20, 0, 5060, "c.test."), new(5, 0, 5060, "a.test."), new(10, 0, 5070, "b.test.")];
        Assert.That(TargetRules.Order(records, static _ => 0).Select(static r => r.Target), Is.EqualTo(["a.test.", "b.test.", "c.test."]));
    }

    // RFC 2782: the records in turn as intervals of the sum, those of weight 0 first.
    [TestCase(0, "zero three one")]
    [TestCase(1, "three zero one")]
    [TestCase(3, "three zero one")]
    [TestCase(4, "one zero three")]
    [Category("DNS-004")]
    public void Among_equals_the_random_number_chooses_in_proportion_to_the_weights(int number, string order)
    {
        SrvRecord[] records = [new(1, 3, 5060, "three"), new(1, 0, 5060, "zero"), new(1, 1, 5060, "one")];
        List<int> sums = [];
        bool isFirst = true;
        int Next(int most)
        {
            sums.Add(most);
            int next = isFirst ? number : 0;
            isFirst = false;
            return next;
        }

        // The intervals are zero 0, three 1 to 3, one 4. Afterwards 0 takes "zero", or else the first that is left.
        string[] got = [.. TargetRules.Order(records, Next).Select(static r => r.Target)];
        Assert.That(string.Join(' ', got), Is.EqualTo(order));
        Assert.That(sums[0], Is.EqualTo(4));
        Assert.That(got, Is.Unique.And.Length.EqualTo(3));
    }

    [Test]
    [Category("DNS-004")]
    public void Over_many_clients_the_first_choices_are_distributed_as_the_weights_are()
    {
        SrvRecord[] records = [new(1, 60, 5060, "a"), new(1, 30, 5060, "b"), new(1, 10, 5060, "c"), new(1, 0, 5060, "never"), new(2, 65535, 5060, "backup")];
        var random = new Random(2782);
        Dictionary<string, int> first = [];
        for (int i = 0; i < 10_000; i++)
        {
            string[] order = [.. TargetRules.Order(records, most => random.Next(most + 1)).Select(static r => r.Target)];
            Assert.That(order[^1], Is.EqualTo("backup"));
            first[order[0]] = first.GetValueOrDefault(order[0]) + 1;
        }

        Assert.Multiple(() =>
        {
            Assert.That(first["a"], Is.EqualTo(6000).Within(200));
            Assert.That(first["b"], Is.EqualTo(3000).Within(200));
            Assert.That(first["c"], Is.EqualTo(1000).Within(200));
            Assert.That(first["never"], Is.EqualTo(100).Within(60), "a small chance, so that it is seen to be alive (RFC 2782)");
        });
    }

    [Test]
    [Category("DNS-014")]
    public void What_no_host_can_have_is_left_out_and_thousands_are_cut_off()
    {
        SrvRecord[] lies = [new(1, 1, 0, "a.test."), new(1, 1, 65536, "b.test."), new(1, 1, -1, "c.test."), new(1, 1, 5060, "."), new(1, -7, 5060, "d.test.")];
        Assert.That(TargetRules.Order(lies, static _ => 0).Select(static r => r.Target), Is.EqualTo(["d.test."]));

        SrvRecord[] many = [.. Enumerable.Range(0, 5000).Select(static i => new SrvRecord(i % 7, 65535, 5060, $"h{i}.test."))];
        Assert.That(TargetRules.Order(many, static most => most), Has.Length.EqualTo(TargetRules.MostRecords));
        NaptrRecord[] names = [.. Enumerable.Range(0, 5000).Select(static i => new NaptrRecord(i, i, "s", "SIP+D2U", "", $"_sip._udp.{i}.test."))];
        Assert.That(TargetRules.FromNaptr(names, isSecure: false), Has.Count.EqualTo(TargetRules.MostRecords));
    }

    [Test]
    [Category("DNS-007")]
    public void What_is_too_large_for_UDP_goes_to_targets_of_streams_or_over_TCP_to_those_of_UDP()
    {
        SipTarget Target(int port, SipService service) => new(new IPEndPoint(IPAddress.Loopback, port), service);
        SipTarget udp = Target(1, SipService.Udp);
        SipTarget tcp = Target(2, SipService.Tcp);
        SipTarget tls = Target(3, SipService.Tls);
        Assert.That(TargetRules.ForLarge([udp, tcp, tls]), Is.EqualTo([tcp, tls]));
        Assert.That(TargetRules.ForLarge([udp]), Is.EqualTo([udp with { Service = SipService.Tcp }]));
    }

    [Test]
    [Category("DNS-010")]
    public void A_target_that_failed_is_tried_after_the_others_until_its_time_is_over()
    {
        var clock = new Testing.ManualTimeProvider();
        var avoided = new AvoidedTargets(clock);
        SipTarget[] targets = [.. Enumerable.Range(1, 3).Select(static port => new SipTarget(new IPEndPoint(IPAddress.Loopback, port), SipService.Tcp))];
        int[] Ports() => [.. avoided.Last(targets).Select(static t => t.EndPoint.Port)];

        avoided.Add(targets[0].EndPoint, SipService.Udp, TimeSpan.FromSeconds(60));
        Assert.That(Ports(), Is.EqualTo([1, 2, 3]), "that was another protocol");
        avoided.Add(targets[1].EndPoint, SipService.Tcp, TimeSpan.FromSeconds(60));
        clock.Advance(TimeSpan.FromSeconds(1));
        avoided.Add(targets[0].EndPoint, SipService.Tcp, TimeSpan.FromSeconds(10));
        Assert.That(Ports(), Is.EqualTo([3, 2, 1]), "the one that failed longest ago before the others");
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Ports(), Is.EqualTo([1, 3, 2]));
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That(Ports(), Is.EqualTo([1, 2, 3]));

        for (int i = 1; i < 2000; i++)
        {
            avoided.Add(new IPEndPoint(IPAddress.Loopback, 1000 + i), SipService.Tcp, TimeSpan.FromDays(30));
        }

        avoided.Add(targets[0].EndPoint, SipService.Tcp, TimeSpan.FromDays(30));
        Assert.That(Ports(), Is.EqualTo([2, 3, 1]));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.That(Ports(), Is.EqualTo([1, 2, 3]), "an hour is the most, whatever a server says");
    }
}
