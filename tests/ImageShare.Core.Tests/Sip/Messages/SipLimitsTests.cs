using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class SipLimitsTests
{
    private static readonly Func<int, SipLimits>[] WithoutWhichNothingCanBeRead =
    [
        static n => new SipLimits { MaxStartLineBytes = n },
        static n => SipLimits.Default with { MaxHeaderBytes = n },
        static n => new SipLimits { MaxHeaders = n },
    ];

    private static readonly Func<int, SipLimits>[] ThatMayBeZero =
    [
        static n => new SipLimits { MaxBodyBytes = n },
        static n => SipLimits.Default with { MaxLeadingLineBreaks = n },
    ];

    [Test]
    public void A_limit_that_lets_no_message_through_is_refused([ValueSource(nameof(WithoutWhichNothingCanBeRead))] Func<int, SipLimits> make, [Values(0, -1, int.MinValue)] int value) =>
        Assert.That(() => make(value), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_negative_limit_is_refused([ValueSource(nameof(ThatMayBeZero))] Func<int, SipLimits> make, [Values(-1, int.MinValue)] int value) =>
        Assert.That(() => make(value), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_largest_limits_read_a_message()
    {
        var limits = new SipLimits
        {
            MaxStartLineBytes = int.MaxValue,
            MaxHeaderBytes = int.MaxValue,
            MaxHeaders = int.MaxValue,
            MaxBodyBytes = int.MaxValue,
            MaxLeadingLineBreaks = int.MaxValue,
        };
        var input = new ReadOnlySequence<byte>(SeedMessages.Invite);
        Assert.That(new SipReader(limits).Read(ref input, out SipMessage? message), Is.EqualTo(OperationStatus.Done));
        Assert.That(message!.ToArray(), Is.EqualTo(SeedMessages.Invite));
    }

    [Test]
    public void Zero_octets_of_body_refuse_every_body_and_nothing_else()
    {
        var limits = new SipLimits { MaxBodyBytes = 0, MaxLeadingLineBreaks = 0 };
        Assert.That(SipReader.TryReadDatagram(SeedMessages.Options, limits, out _, out _), Is.True);
        Assert.That(SipReader.TryReadDatagram(SeedMessages.Invite, limits, out _, out SipReadError? error), Is.False);
        Assert.That(error!.Value.Code, Is.EqualTo(SipReadErrorCode.BodyTooLong));
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes("\r\n"));
        var reader = new SipReader(limits);
        Assert.That(reader.Read(ref input, out _), Is.EqualTo(OperationStatus.InvalidData));
        Assert.That(reader.Error!.Value.Code, Is.EqualTo(SipReadErrorCode.TooManyLineBreaks));
    }
}
