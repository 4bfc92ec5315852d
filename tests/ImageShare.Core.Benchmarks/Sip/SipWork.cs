using System.Buffers;
using ImageShare.Core.Benchmarks.Peers;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>What the library does with a datagram, beside what libosip2 and sofia-sip do with it.</summary>
/// <param name="name">The message.</param>
/// <param name="text">The datagram. What differs between calls and between callers is new each time, or not.</param>
internal sealed class SipWork(string name, VariedText text)
{
    private readonly ArrayBufferWriter<byte> _output = new(8192);

    // Branches, tags, Call-IDs, and parts of users, hosts and names.
    private static readonly string[] BeforeValues = [";branch=z9hG4bK", ";tag=", "Call-ID: ", "@", "SIP/2.0/UDP "];

    public static IReadOnlyList<SipWork> All { get; } =
    [
        new("OPTIONS", new VariedText(Samples.Options, [.. BeforeValues, "sip:mam", "utran-cell-id-3gpp="])),
        new("INVITE", new VariedText(Samples.Invite, [.. BeforeValues, "sip:mam", "utran-cell-id-3gpp="])),
        new("RFC 3261 INVITE", new VariedText(Samples.PlainInvite, [.. BeforeValues, "sip:", "received=", ": \""])),
    ];

    public string Name => name;

    public VariedText Text => text;

    public SipWork Repeated() => new(name, text.Repeated());

    /// <summary>Reads the message and every typed header. The peers parse all headers they know, too.</summary>
    public int Parse() => Typed(Read().Headers);

    /// <summary>
    /// The same, and every part of the values that are read when they are asked for: URIs with their users and hosts, sent-by, and each parameter as two strings.
    /// </summary>
    public int ParseParts()
    {
        SipHeaders headers = Read().Headers;
        int sum = Typed(headers) + Parts(headers.From!) + Parts(headers.To!);
        foreach (Via via in headers.Vias)
        {
            sum += via.Host.Length + via.Parameters.Count;
        }

        foreach (AcceptContact wanted in headers.AcceptContacts)
        {
            sum += wanted.Parameters.Count;
        }

        foreach (AccessNetworkInfo network in headers.AccessNetworks)
        {
            sum += network.Parameters.Count;
        }

        return sum + Parts(headers.Contacts) + Parts(headers.Routes) + Parts(headers.RecordRoutes) + Parts(headers.PreferredIdentities);
    }

    /// <summary>Reads the message and every typed header, and writes the message.</summary>
    public int Write()
    {
        SipMessage message = Read();
        _output.ResetWrittenCount();
        message.Write(_output);
        return Typed(message.Headers) + _output.WrittenCount;
    }

    /// <summary>Reads the message and writes it; no header is asked for.</summary>
    public int Copy()
    {
        _output.ResetWrittenCount();
        Read().Write(_output);
        return _output.WrittenCount;
    }

    // Copied first, as the transport does it and as the peers do it themselves.
    private SipMessage Read() => SipReader.TryReadDatagram(text.Next().AsSpan().ToArray(), null, out SipMessage? message, out SipReadError? error)
        ? message
        : throw new InvalidOperationException($"{name} does not read: {error}");

    public override string ToString() => name;

    private static int Parts(IReadOnlyList<NameAddress> addresses)
    {
        int sum = 0;
        for (int i = 0; i < addresses.Count; i++)
        {
            sum += Parts(addresses[i]);
        }

        return sum;
    }

    private static int Parts(NameAddress address) => address.Uri.Host.Length + address.Parameters.Count;

    private static int Typed(SipHeaders headers) =>
        (headers.TopVia is null ? 0 : 1) + headers.Vias.Count + (headers.From is null ? 0 : 1) + (headers.To is null ? 0 : 1)
        + (headers.CallId is null ? 0 : 1) + (headers.CSeq is null ? 0 : 1) + (headers.MaxForwards ?? 0) + (headers.ContentLength ?? 0)
        + (headers.RetryAfter ?? 0) + (int)(headers.RSeq ?? 0) + (headers.RAck is null ? 0 : 1) + (headers.SessionExpires is null ? 0 : 1)
        + headers.Contacts.Count + headers.Routes.Count + headers.RecordRoutes.Count + headers.AssertedIdentities.Count
        + headers.AssertedServices.Count + headers.PreferredServices.Count + headers.AccessNetworks.Count + (headers.Privacy is null ? 0 : 1)
        + headers.Paths.Count + headers.ServiceRoutes.Count + headers.Reasons.Count + headers.PreferredIdentities.Count
        + (headers.ContentType is null ? 0 : 1) + headers.ContentDisposition.Length + headers.Allow.Count + headers.Supported.Count
        + headers.Require.Count + headers.Accept.Count + headers.AcceptContacts.Count + headers.RejectContacts.Count;
}
