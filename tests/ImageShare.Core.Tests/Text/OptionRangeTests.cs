using System.Reflection;
using ImageShare.Core.Bodies;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Sdp;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

/// <summary>Every count, size and time of the options of MSRP, SDP, bodies and stores is checked when it is set, in one way.</summary>
[TestFixture]
public sealed class OptionRangeTests
{
    private const long Unlimited = long.MaxValue;
    private static readonly MsrpOutgoingContent Content = MsrpOutgoingContent.FromMemory(new MediaType("image", "png"), default);
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(7);

    private static readonly object[] Options =
    [
        MsrpLimits.Default, new MsrpEndpointOptions(), new MsrpSessionOptions(), Content,
        SdpLimits.Default, MultipartLimits.Default, DirectoryStoreOptions.Default,
    ];

    private static readonly TestCaseData[] Numbers =
    [
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxHeadBytes), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxBlankLines), 0, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxIdLength), 32, 1024),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxPathUris), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxNonSendBodyBytes), 0, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxGaps), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxReorderBytes), 0, Unlimited),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxPendingResponseBytes), 0, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxUnboundConnectionsPerAddress), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxUnboundConnections), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxConnections), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MaxDialsPerSecond), 1, int.MaxValue),
        Number(MsrpLimits.Default, nameof(MsrpLimits.MinProgressBytes), 0, int.MaxValue),
        Number(new MsrpEndpointOptions(), nameof(MsrpEndpointOptions.TlsPort), 0, 65535),
        Number(new MsrpSessionOptions(), nameof(MsrpSessionOptions.MaxMessageSize), 0, Unlimited),
        Number(Content, nameof(MsrpOutgoingContent.ChunkSize), 1, Unlimited),
        Number(Content, nameof(MsrpOutgoingContent.MaxUnanswered), 1, int.MaxValue),
        Number(Content, nameof(MsrpOutgoingContent.MaxBytesPerSecond), 1, Unlimited),
        Number(SdpLimits.Default, nameof(SdpLimits.MaxLines), 1, int.MaxValue),
        Number(SdpLimits.Default, nameof(SdpLimits.MaxLineBytes), 1, int.MaxValue),
        Number(SdpLimits.Default, nameof(SdpLimits.MaxMedia), 0, int.MaxValue),
        Number(SdpLimits.Default, nameof(SdpLimits.MaxAttributes), 0, int.MaxValue),
        Number(SdpLimits.Default, nameof(SdpLimits.MaxFormats), 0, int.MaxValue),
        Number(MultipartLimits.Default, nameof(MultipartLimits.MaxParts), 0, int.MaxValue),
        Number(MultipartLimits.Default, nameof(MultipartLimits.MaxDepth), 0, 32),
        Number(MultipartLimits.Default, nameof(MultipartLimits.MaxHeaderBytes), 0, int.MaxValue),
        Number(MultipartLimits.Default, nameof(MultipartLimits.MaxHeaders), 0, int.MaxValue),
        Number(MultipartLimits.Default, nameof(MultipartLimits.MaxContentBytes), 0, int.MaxValue),
        Number(DirectoryStoreOptions.Default, nameof(DirectoryStoreOptions.MinFreeSpace), 0, Unlimited),
        Number(DirectoryStoreOptions.Default, nameof(DirectoryStoreOptions.Quota), 0, Unlimited),
    ];

    private static readonly string[] Waits =
    [
        nameof(MsrpEndpointOptions.ConnectTimeout), nameof(MsrpEndpointOptions.BindTimeout), nameof(MsrpEndpointOptions.LingerTime), nameof(MsrpEndpointOptions.IdleTimeout),
        nameof(MsrpEndpointOptions.ProgressInterval), nameof(MsrpEndpointOptions.TransactionTimeout), nameof(MsrpEndpointOptions.StandstillTimeout),
    ];

    [TestCaseSource(nameof(Numbers))]
    public void A_number_is_taken_in_its_range_and_refused_outside(object options, string option, long least, long most)
    {
        Assert.That(Set(options, option, least), Is.EqualTo(least));
        Assert.That(Set(options, option, most), Is.EqualTo(most));
        bool hasMost = most is not (int.MaxValue or Unlimited);
        string range = hasMost ? $"{option} must be between {least} and {most}." : $"{option} must be {least} or more.";
        Assert.That(() => Set(options, option, least - 1), IsRefused(option, least - 1, range));
        Assert.That(() => Set(options, option, int.MinValue), IsRefused(option, int.MinValue, range));
        if (hasMost)
        {
            Assert.That(() => Set(options, option, most + 1), IsRefused(option, most + 1, range));
        }
    }

    [TestCaseSource(nameof(Waits))]
    public void A_time_that_no_timer_can_wait_for_is_refused(string option)
    {
        var options = new MsrpEndpointOptions();
        Assert.That(SetTime(options, option, TimeSpan.FromTicks(1)), Is.EqualTo(TimeSpan.FromTicks(1)));
        Assert.That(SetTime(options, option, LongestTime), Is.EqualTo(LongestTime));
        foreach (TimeSpan time in (TimeSpan[])[TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.MinValue, LongestTime + TimeSpan.FromTicks(1), TimeSpan.MaxValue])
        {
            Assert.That(() => SetTime(options, option, time), IsRefused(option, time, $"{option} must be more than zero and at most 7 days."));
        }
    }

    [Test]
    public void An_age_may_be_any_but_a_negative_one()
    {
        const string Option = nameof(DirectoryStoreOptions.PartialLifetime);
        Assert.That(new DirectoryStoreOptions { PartialLifetime = TimeSpan.Zero }.PartialLifetime, Is.EqualTo(TimeSpan.Zero));
        Assert.That(new DirectoryStoreOptions { PartialLifetime = TimeSpan.MaxValue }.PartialLifetime, Is.EqualTo(TimeSpan.MaxValue));
        Assert.That(
            () => new DirectoryStoreOptions { PartialLifetime = TimeSpan.FromTicks(-1) },
            IsRefused(Option, TimeSpan.FromTicks(-1), $"{Option} must be zero or more."));
    }

    [TestCase(nameof(MsrpEndpointOptions.IdleTimeout))]
    [TestCase(nameof(MsrpEndpointOptions.ProgressInterval))]
    [TestCase(nameof(MsrpEndpointOptions.StandstillTimeout))]
    public void Null_is_no_limit(string option) => Assert.That(SetTime(new MsrpEndpointOptions(), option, null), Is.Null);

    [Test]
    public void No_number_or_time_of_these_options_is_left_unchecked()
    {
        var left = new List<string>();
        foreach (object options in Options)
        {
            foreach (PropertyInfo property in options.GetType().GetProperties().Where(static p => p.SetMethod is { IsPublic: true }))
            {
                Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                object? wrong = type == typeof(int) ? int.MinValue : type == typeof(long) ? long.MinValue : type == typeof(TimeSpan) ? TimeSpan.MinValue : null;
                if (wrong is not null && !Refuses(options, property, wrong))
                {
                    left.Add($"{options.GetType().Name}.{property.Name}");
                }
            }
        }

        Assert.That(left, Is.Empty);
    }

    private static TestCaseData Number(object options, string option, long least, long most) =>
        new TestCaseData(options, option, least, most).SetArgDisplayNames(options.GetType().Name, option, $"{least}", $"{most}");

    private static NUnit.Framework.Constraints.IResolveConstraint IsRefused(string option, object value, string range) =>
        Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Property(nameof(ArgumentException.ParamName)).EqualTo(option)
            .And.Property(nameof(ArgumentOutOfRangeException.ActualValue)).EqualTo(value)
            .And.Message.StartWith(range);

    private static bool Refuses(object options, PropertyInfo property, object value)
    {
        try
        {
            Set(options, property, value);
            return false;
        }
        catch (ArgumentOutOfRangeException e)
        {
            return e.ParamName == property.Name;
        }
    }

    private static long Set(object options, string option, long value)
    {
        PropertyInfo property = options.GetType().GetProperty(option)!;
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return Convert.ToInt64(Set(options, property, type == typeof(int) ? (object)checked((int)value) : value), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static TimeSpan? SetTime(object options, string option, TimeSpan? value) => (TimeSpan?)Set(options, options.GetType().GetProperty(option)!, value);

    // As "with" does it: a copy, and then the setter.
    private static object? Set(object options, PropertyInfo property, object? value)
    {
        object copy = options.GetType().GetMethod("<Clone>$")!.Invoke(options, null)!;
        property.SetMethod!.Invoke(copy, BindingFlags.DoNotWrapExceptions, null, [value], null);
        return property.GetValue(copy);
    }
}
