using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using static ImageShare.Core.Tests.Sip.Messages.Reading.SipReading;

namespace ImageShare.Core.Tests.Sip.Messages.Reading;

/// <summary>Whatever comes, reading ends with a message or an error, in time and memory in proportion to the octets.</summary>
[TestFixture]
public sealed class SipReaderRobustnessTests
{
    [Test]
    [Category("SIPG-022")]
    public void Many_small_headers_cost_no_more_than_a_few_times_their_octets()
    {
        byte[] octets = Encoding.UTF8.GetBytes(Head + string.Concat(Enumerable.Repeat("a:\r\n", 8000)) + "\r\n");
        SipReader.TryReadDatagram(octets, null, out _, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SipReader.TryReadDatagram(octets, null, out _, out _);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 * octets.Length));
    }

    [Test]
    [Category("SEC-001")]
    public void A_message_cut_anywhere_is_refused_quietly()
    {
        foreach (byte[] octets in (byte[][])[SeedMessages.Options, SeedMessages.Invite])
        {
            for (int length = 0; length < octets.Length; length++)
            {
                Assert.That(SipReader.TryReadDatagram(octets.AsMemory(0, length), null, out SipMessage? message, out SipReadError? error), Is.False);
                Assert.That(error!.Value.Offset, Is.LessThanOrEqualTo(length));
                Touch(message);
            }
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Mutated_messages_never_throw()
    {
        var random = new Random(20260101);
        byte[][] seeds = [SeedMessages.Options, SeedMessages.Invite, Encoding.UTF8.GetBytes("SIP/2.0 200 OK\r\n" + Head[25..] + "l: 2\r\n\r\nab")];
        byte[] special = "\0\r\n \t\"\\<>;,=:%@?*/[]\u00ff"u8.ToArray();
        for (int i = 0; i < 6000; i++)
        {
            var octets = new List<byte>(seeds[random.Next(seeds.Length)]);
            for (int j = random.Next(1, 6); j > 0; j--)
            {
                int at = random.Next(octets.Count);
                switch (random.Next(4))
                {
                    case 0: octets[at] = special[random.Next(special.Length)]; break;
                    case 1: octets[at] = (byte)random.Next(256); break;
                    case 2: octets.RemoveRange(at, Math.Min(random.Next(1, 20), octets.Count - at - 1)); break;
                    default: octets.InsertRange(at, octets.GetRange(at, Math.Min(random.Next(1, 40), octets.Count - at))); break;
                }
            }

            SipReader.TryReadDatagram(octets.ToArray(), null, out SipMessage? message, out _);
            Touch(message);
            var reader = new SipReader();
            var input = new ReadOnlySequence<byte>(octets.ToArray());
            while (reader.Read(ref input, out message) == OperationStatus.Done)
            {
                Touch(message);
            }

            Touch(reader.Refused);
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Every_prefix_of_a_start_line_is_harmless()
    {
        foreach (string line in (string[])["OPTIONS sip:a SIP/2.0\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n"])
        {
            for (int i = 0; i <= line.Length; i++)
            {
                TryRead(line[..i], out SipMessage? message, out _);
                Touch(message);
            }
        }
    }

    [Test]
    [Category("SEC-001")]
    public void Random_datagrams_never_throw()
    {
        var random = new Random(5060);
        foreach (int length in (int[])[0, 1, 2, 3, 4, 5, 15, 16, 100, 1500, 65535])
        {
            byte[] octets = new byte[length];
            random.NextBytes(octets);
            Assert.That(SipReader.TryReadDatagram(octets, null, out _, out _), Is.False);
        }
    }

    [Test]
    [Category("SIPG-022")]
    public void A_list_may_have_a_thousand_values()
    {
        string accept = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"a/b{i}"));
        Assert.That(TryRead($"{Head}Accept: {accept}\r\n\r\n", out SipMessage? message, out _), Is.True);
        Assert.That(message!.Headers.Accept, Has.Count.EqualTo(1000));
    }
}
