using System.Buffers;
using System.Text;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>One message, read and written by the hand-written code and by the library. Each reads the same headers to the same depth.</summary>
internal sealed class SipCase
{
    private readonly byte[] _octets;
    private readonly HandMessage _handMade;
    private readonly SipMessage _ours;
    private readonly ArrayBufferWriter<byte> _output = new(8192);
    private readonly int[] _unique;
    private uint _count;

    public SipCase(string name, byte[] octets)
    {
        Name = name;
        _octets = octets;
        _unique = [PlaceBehind(";branch=z9hG4bK"), PlaceBehind(">;tag="), PlaceBehind("Call-ID: ")];
        _handMade = HandRead();
        _ours = TakeCopy();
        ThrowUnlessSame();
    }

    public static IReadOnlyList<SipCase> All { get; } =
    [
        new("OPTIONS of the Mercuro client", Samples.Options),
        new("INVITE of the Mercuro client", Samples.Invite),
        new("INVITE in the style of RFC 3261", Samples.PlainInvite),
    ];

    public string Name { get; }

    public int Length => _octets.Length;

    public HandMessage HandRead()
    {
        Vary();
        return HandParser.Parse(_octets);
    }

    /// <summary>
    /// Copies the datagram, as the transport does and as the hand-written parser does, and reads every structured header once.
    /// </summary>
    public int Read()
    {
        SipMessage message = Copied();
        SipHeaders headers = message.Headers;
        return headers.Vias.Count + headers.Contacts.Count + headers.Routes.Count + headers.RecordRoutes.Count
            + headers.PreferredIdentities.Count + headers.AcceptContacts.Count + headers.Allow.Count + headers.Supported.Count
            + (headers.From is null ? 0 : 1) + (headers.To is null ? 0 : 1) + (headers.CallId is null ? 0 : 1) + (headers.CSeq is null ? 0 : 1)
            + (headers.MaxForwards ?? 0) + (headers.ContentLength ?? 0) + (headers.ContentType is null ? 0 : 1);
    }

    public int HandWrite()
    {
        _output.ResetWrittenCount();
        HandWriter.Write(_handMade, _output);
        return _output.WrittenCount;
    }

    public int Write()
    {
        _output.ResetWrittenCount();
        _ours.Write(_output);
        return _output.WrittenCount;
    }

    public override string ToString() => Name;

    // No two messages in a row have the same branch, tag and Call-ID: what is new in each message of a call, or each call, is new here too.
    private void Vary()
    {
        uint number = _count++;
        foreach (int place in _unique)
        {
            for (int i = 0; i < 4; i++)
            {
                _octets[place + i] = (byte)('0' + ((number >> (3 * i)) & 7));
            }
        }
    }

    private int PlaceBehind(string text) => _octets.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) + text.Length;

    private SipMessage Copied()
    {
        Vary();
        return TakeCopy();
    }

    private SipMessage TakeCopy() => SipReader.TryReadDatagram(_octets.AsSpan().ToArray(), null, out SipMessage? message, out SipReadError? error)
        ? message
        : throw new InvalidOperationException($"{Name} does not read: {error}");

    // A comparison of two that do not read the same says nothing.
    private void ThrowUnlessSame()
    {
        SipHeaders headers = _ours.Headers;
        bool same = _handMade.Vias.Count == headers.Vias.Count
            && _handMade.From!.Uri.User == headers.From!.Uri.User
            && _handMade.To!.Uri.Host == headers.To!.Uri.Host
            && _handMade.CallId == headers.CallId
            && _handMade.CSeq == headers.CSeq!.Number
            && _handMade.CSeqMethod == headers.CSeq.Method.Name
            && _handMade.MaxForwards == headers.MaxForwards
            && _handMade.ContentLength == headers.ContentLength
            && _handMade.Contacts.Count == headers.Contacts.Count
            && _handMade.Contacts[0].Parameters.Length == headers.Contacts[0].Parameters.Count
            && (_handMade.Routes?.Count ?? 0) == headers.Routes.Count
            && (_handMade.RecordRoutes?.Count ?? 0) == headers.RecordRoutes.Count
            && (_handMade.PreferredIdentities?.Count ?? 0) == headers.PreferredIdentities.Count
            && (_handMade.AcceptContacts?.Count ?? 0) == headers.AcceptContacts.Count
            && (_handMade.Allow ?? []).SequenceEqual(headers.Allow)
            && (_handMade.Supported ?? []).SequenceEqual(headers.Supported)
            && _handMade.ContentType?.Subtype == headers.ContentType?.Subtype
            && _handMade.Body.Span.SequenceEqual(_ours.Body.Span)
            && Write() == _octets.Length
            && _output.WrittenSpan.SequenceEqual(_octets)
            && HandParser.Parse(_output.WrittenSpan).Others.Count == _handMade.Others.Count
            && SipReader.TryReadDatagram(HandWritten(), null, out _, out _);
        if (!same)
        {
            throw new InvalidOperationException($"{Name}: the two do not read the same.");
        }
    }

    private byte[] HandWritten()
    {
        HandWrite();
        return _output.WrittenSpan.ToArray();
    }
}
