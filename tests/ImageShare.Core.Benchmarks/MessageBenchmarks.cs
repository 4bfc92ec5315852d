using System.Buffers;
using BenchmarkDotNet.Attributes;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Benchmarks;

/// <summary>Reading and writing the Mercuro client's INVITE and its offer.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private SipMessage _invite = null!;
    private SessionDescription _offer = null!;

    [GlobalSetup]
    public void Setup()
    {
        if (Samples.Sdp.Length != 555)
        {
            throw new InvalidOperationException($"The sample offer has {Samples.Sdp.Length} octets, not 555.");
        }

        _invite = ReadInvite();
        _offer = ReadOffer();
    }

    [Benchmark]
    public SipMessage ReadInvite() => SipReader.TryReadDatagram(Samples.Invite, null, out SipMessage? message, out _)
        ? message
        : throw new InvalidOperationException("The sample INVITE does not read.");

    [Benchmark]
    public int ReadInviteAndItsHeaders()
    {
        SipHeaders headers = ReadInvite().Headers;
        return headers.TopVia!.Parameters.Count + headers.From!.Parameters.Count + headers.To!.Parameters.Count + (int)headers.CSeq!.Number
            + headers.Contacts.Count + headers.Routes.Count + headers.AcceptContacts.Count + headers.ContentType!.Parameters.Count;
    }

    [Benchmark]
    public int WriteInvite()
    {
        _output.ResetWrittenCount();
        _invite.Write(_output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public SessionDescription ReadOffer() => SessionDescription.TryParse(Samples.Sdp, out SessionDescription? offer)
        ? offer
        : throw new InvalidOperationException("The sample offer does not read.");

    [Benchmark]
    public int WriteOffer()
    {
        _output.ResetWrittenCount();
        _offer.Write(_output);
        return _output.WrittenCount;
    }
}
