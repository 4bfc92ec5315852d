using System.Buffers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

[TestFixture]
public sealed class SipAllocationTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void A_seed_message_with_all_its_structured_headers_costs_at_most_4000_octets(bool invite)
    {
        byte[] octets = invite ? SeedMessages.Invite : SeedMessages.Options;
        long cost = Measure(() => ReadAll(octets));
        TestContext.Out.WriteLine($"{cost} octets allocated");
        Assert.That(cost, Is.LessThanOrEqualTo(4000));
    }

    [Test]
    public void Writing_allocates_nothing()
    {
        Assert.That(SipReader.TryReadDatagram(SeedMessages.Invite, null, out SipMessage? message, out _), Is.True);
        var output = new ArrayBufferWriter<byte>(4096);
        Assert.That(Measure(() =>
        {
            output.ResetWrittenCount();
            message!.Write(output);
        }), Is.Zero);
    }

    // With the copy a transport makes of the datagram.
    private static void ReadAll(byte[] octets)
    {
        SipReader.TryReadDatagram(octets.AsSpan().ToArray(), null, out SipMessage? message, out _);
        SipHeaders headers = message!.Headers;
        GC.KeepAlive(headers.Vias);
        GC.KeepAlive(headers.From);
        GC.KeepAlive(headers.To);
        GC.KeepAlive(headers.CallId);
        GC.KeepAlive(headers.CSeq);
        GC.KeepAlive(headers.Contacts);
        GC.KeepAlive(headers.Routes);
        GC.KeepAlive(headers.RecordRoutes);
        GC.KeepAlive(headers.ContentType);
        GC.KeepAlive(headers.AcceptContacts);
        GC.KeepAlive(headers.PreferredIdentities);
        GC.KeepAlive(headers.Allow);
        GC.KeepAlive(headers.Supported);
    }

    private static long Measure(Action action)
    {
        for (int i = 0; i < 50; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
    }
}
