using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip;

/// <summary>Counts, sizes and times are checked where they are set, and the message says which option it is and what it may be.</summary>
[TestFixture]
public sealed class OptionRangeTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly SipTransportOptions Transport = new();
    private static readonly SipUserAgentOptions Agent = new() { Identity = new NameAddress(SipUri.Parse("sip:alice@ims.example")) };

    private static readonly TestCaseData[] Counts =
    [
        Count(1, nameof(SipLimits.MaxStartLineBytes), static n => new SipLimits { MaxStartLineBytes = n }.MaxStartLineBytes),
        Count(1, nameof(SipLimits.MaxHeaderBytes), static n => new SipLimits { MaxHeaderBytes = n }.MaxHeaderBytes),
        Count(1, nameof(SipLimits.MaxHeaders), static n => new SipLimits { MaxHeaders = n }.MaxHeaders),
        Count(0, nameof(SipLimits.MaxBodyBytes), static n => new SipLimits { MaxBodyBytes = n }.MaxBodyBytes),
        Count(0, nameof(SipLimits.MaxLeadingLineBreaks), static n => new SipLimits { MaxLeadingLineBreaks = n }.MaxLeadingLineBreaks),
        Count(0, nameof(SipTransportOptions.MtuThreshold), static n => (Transport with { MtuThreshold = n }).MtuThreshold),
        Count(1, nameof(SipTransportOptions.MaxConnections), static n => (Transport with { MaxConnections = n }).MaxConnections),
        Count(1, nameof(SipTransportOptions.MaxConnectionsPerSource), static n => (Transport with { MaxConnectionsPerSource = n }).MaxConnectionsPerSource),
        Count(1, nameof(SipUserAgentOptions.MaxServerTransactions), static n => (Agent with { MaxServerTransactions = n }).MaxServerTransactions),
        Count(1, nameof(SipUserAgentOptions.MaxServerTransactionsPerSource), static n => (Agent with { MaxServerTransactionsPerSource = n }).MaxServerTransactionsPerSource),
        Count(1, nameof(SipUserAgentOptions.MaxQueuedMessages), static n => (Agent with { MaxQueuedMessages = n }).MaxQueuedMessages),
    ];

    private static readonly TestCaseData[] Times =
    [
        Time(Tick, nameof(SipTransportOptions.ConnectTimeout), static t => (Transport with { ConnectTimeout = t }).ConnectTimeout),
        Time(Tick, nameof(SipTransportOptions.SendTimeout), static t => (Transport with { SendTimeout = t }).SendTimeout),
        Time(Tick, nameof(SipTransportOptions.ReceiveTimeout), static t => (Transport with { ReceiveTimeout = t }).ReceiveTimeout),
        Time(Tick, nameof(SipTransportOptions.KeepAliveInterval), static t => (Transport with { KeepAliveInterval = t }).KeepAliveInterval),
        Time(Tick, nameof(SipTransportOptions.IdleTimeout), static t => (Transport with { IdleTimeout = t }).IdleTimeout),
        Time(Tick, nameof(SipUserAgentOptions.InviteTimeLimit), static t => (Agent with { InviteTimeLimit = t }).InviteTimeLimit),
        Time(TimeSpan.FromSeconds(90), nameof(SipUserAgentOptions.ShortestSessionInterval), static t => (Agent with { ShortestSessionInterval = t }).ShortestSessionInterval),
    ];

    [TestCaseSource(nameof(Counts))]
    public void A_count_out_of_its_range_is_refused(int least, string option, Func<int, int> set)
    {
        Assert.Multiple(() =>
        {
            Assert.That(set(least), Is.EqualTo(least));
            Assert.That(set(int.MaxValue), Is.EqualTo(int.MaxValue));
            foreach (int value in new[] { least - 1, int.MinValue })
            {
                Assert.That(() => set(value), Refused(option, value).With.Message.StartWith($"{option} must be {least} or more."));
            }
        });
    }

    [TestCaseSource(nameof(Times))]
    public void A_time_out_of_its_range_is_refused(TimeSpan least, string option, Func<TimeSpan, TimeSpan?> set)
    {
        Assert.Multiple(() =>
        {
            Assert.That(set(least), Is.EqualTo(least));
            Assert.That(set(Week), Is.EqualTo(Week));
            foreach (TimeSpan value in new[] { least - Tick, Timeout.InfiniteTimeSpan, Week + Tick, TimeSpan.MaxValue })
            {
                Assert.That(() => set(value), Refused(option, value).With.Message.StartWith($"{option} must be ").And.Message.Contains("7 days."));
            }
        });
    }

    [TestCase(-1)]
    [TestCase(65536)]
    public void What_is_no_port_is_refused(int port) => Assert.That(
        () => Transport with { TlsPort = port },
        Refused(nameof(SipTransportOptions.TlsPort), port).With.Message.StartWith("TlsPort must be between 0 and 65535."));

    [Test]
    public void No_time_is_an_answer_where_the_option_says_so() => Assert.Multiple(() =>
    {
        Assert.That((Transport with { KeepAliveInterval = null }).KeepAliveInterval, Is.Null);
        Assert.That((Transport with { IdleTimeout = null }).IdleTimeout, Is.Null);
        Assert.That((Agent with { ShortestSessionInterval = null }).ShortestSessionInterval, Is.Null);
        Assert.That((Transport with { TlsPort = 65535 }).TlsPort, Is.EqualTo(65535));
    });

    private static NUnit.Framework.Constraints.EqualConstraint Refused(string option, object value) =>
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Property(nameof(ArgumentException.ParamName)).EqualTo(option)
            .And.Property(nameof(ArgumentOutOfRangeException.ActualValue)).EqualTo(value);

    private static TestCaseData Count(int least, string option, Func<int, int> set) => new TestCaseData(least, option, set).SetArgDisplayNames(option);

    private static TestCaseData Time(TimeSpan least, string option, Func<TimeSpan, TimeSpan?> set) => new TestCaseData(least, option, set).SetArgDisplayNames(option);
}
