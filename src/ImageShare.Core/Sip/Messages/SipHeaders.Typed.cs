using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

public sealed partial class SipHeaders
{
    // What every message is matched by; forgotten whenever a row changes.
    private Via? _topVia;
    private NameAddress? _from;
    private NameAddress? _to;
    private string? _callId;
    private CSeq? _cseq;

    private delegate bool Parser<T>(ReadOnlySpan<byte> text, [NotNullWhen(true)] out T? value);

    /// <summary>The first Via, or null when absent or unreadable.</summary>
    public Via? TopVia => _topVia ??= ParseFirst<Via>(Known.Via, Via.TryParse);

    /// <summary>All Vias, the top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<Via> Vias => ParseAll<Via>(Known.Via, Via.TryParse, skipUnreadable: false);

    /// <summary>Who asks; null when absent or unreadable.</summary>
    public NameAddress? From => _from ??= ParseRow<NameAddress>(Known.From, NameAddress.TryParse);

    /// <summary>Who is asked; null when absent or unreadable.</summary>
    public NameAddress? To => _to ??= ParseRow<NameAddress>(Known.To, NameAddress.TryParse);

    /// <summary>The Call-ID, compared with case; null when absent or empty.</summary>
    public string? CallId => _callId ??= GetString(SipHeaderNames.CallId) is { Length: > 0 } value ? value : null;

    /// <summary>The CSeq; null when absent or unreadable.</summary>
    public CSeq? CSeq => _cseq ??= ParseRow<CSeq>(Known.CSeq, Headers.CSeq.TryParse);

    /// <summary>0 to 2^31-1 hops left; null when absent or unreadable.</summary>
    public int? MaxForwards => GetNumber(Known.MaxForwards);

    /// <summary>The length a peer stated, which the body need not have; null when absent or unreadable.</summary>
    public int? ContentLength => GetNumber(Known.ContentLength);

    /// <summary>Seconds after which to try again, without comment and parameters; null when absent or unreadable.</summary>
    public int? RetryAfter => GetNumber(Known.RetryAfter);

    /// <summary>The number of a reliable provisional response (RFC 3262 §7.1); null when absent or unreadable.</summary>
    public uint? RSeq
    {
        get
        {
            int index = IndexOf(Known.RSeq);
            return index >= 0 && new AsciiCursor(ValueOf(index)) is var cursor && cursor.TryReadUInt32(out uint number) && cursor.AtEnd ? number : null;
        }
    }

    /// <summary>What a PRACK acknowledges; null when absent or unreadable.</summary>
    public RAck? RAck => ParseRow<RAck>(Known.RAck, Headers.RAck.TryParse);

    /// <summary>How long the session lives without a refresh (RFC 4028); null when absent or unreadable.</summary>
    public SessionExpires? SessionExpires => ParseRow<SessionExpires>(Known.SessionExpires, Headers.SessionExpires.TryParse);

    /// <summary>
    /// The Contacts that can be read; <c>*</c> is none of them. Where only what stands between the angle brackets cannot be, the parameters behind them
    /// count all the same, and <see cref="SipUri.Scheme"/> of the URI is empty.
    /// </summary>
    public IReadOnlyList<NameAddress> Contacts => ParseAll<NameAddress>(Known.Contact, NameAddress.TryParseContact, skipUnreadable: true);

    /// <summary>Where the sender itself is, for requests inside a dialog (RFC 3261 §12.1): its Contact, the first that has a URI; null when there is none.</summary>
    internal SipUri? RemoteTarget => Contacts.FirstOrDefault(static contact => contact.Uri.Scheme.Length > 0)?.Uri;

    /// <summary>The route set; empty when absent or when one hop cannot be read.</summary>
    public IReadOnlyList<NameAddress> Routes => ParseAll<NameAddress>(Known.Route, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The Record-Routes, top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> RecordRoutes => ParseAll<NameAddress>(Known.RecordRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The identities the network vouches for (RFC 3325).</summary>
    public IReadOnlyList<NameAddress> AssertedIdentities =>
        ParseAll<NameAddress>(Known.PAssertedIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The services the network vouches for (RFC 6050 §4.1).</summary>
    public IReadOnlyList<ServiceIdentifier> AssertedServices => GetServices(SipHeaderNames.PAssertedService);

    /// <summary>The services the caller asks the network to vouch for (RFC 6050 §4.2).</summary>
    public IReadOnlyList<ServiceIdentifier> PreferredServices => GetServices(SipHeaderNames.PPreferredService);

    /// <summary>The access networks the peer is connected by, unreadable ones left out (RFC 7315 §5.4).</summary>
    public IReadOnlyList<AccessNetworkInfo> AccessNetworks =>
        ParseAll<AccessNetworkInfo>(Known.PAccessNetworkInfo, AccessNetworkInfo.TryParse, skipUnreadable: true);

    /// <summary>What the network is to hide of the caller; null when absent or unreadable (RFC 3323 §4.2).</summary>
    public Privacy? Privacy => ParseRow<Privacy>(Known.Privacy, Headers.Privacy.TryParse);

    /// <summary>The hops between registrar and client (RFC 3327); empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> Paths => ParseAll<NameAddress>(Known.Path, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The hops a registered client puts behind its outbound proxy (RFC 3608); empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> ServiceRoutes => ParseAll<NameAddress>(Known.ServiceRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>Why the request is sent, unreadable values left out (RFC 3326).</summary>
    public IReadOnlyList<Reason> Reasons => ParseAll<Reason>(Known.Reason, Reason.TryParse, skipUnreadable: true);

    /// <summary>The identities the caller asks the network to vouch for (RFC 3325 §9.2); nobody has checked them.</summary>
    public IReadOnlyList<NameAddress> PreferredIdentities =>
        ParseAll<NameAddress>(Known.PPreferredIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The body's type; null when absent or unreadable.</summary>
    public MediaType? ContentType => ParseRow<MediaType>(Known.ContentType, MediaType.TryParse);

    /// <summary>
    /// What the body is for, without parameters: as stated, or <c>session</c> for application/sdp and <c>render</c> for all else
    /// (RFC 3261 §20.11).
    /// </summary>
    public string ContentDisposition => GetString(SipHeaderNames.ContentDisposition) is { } stated
        ? stated.AsSpan(0, stated.IndexOf(';') is >= 0 and int end ? end : stated.Length).Trim().ToString()
        : ContentType?.IsSdp == true ? "session" : "render";

    /// <summary>The methods the peer takes.</summary>
    public IReadOnlyList<string> Allow => GetStrings(SipHeaderNames.Allow);

    /// <summary>The extensions the peer knows.</summary>
    public IReadOnlyList<string> Supported => GetStrings(SipHeaderNames.Supported);

    /// <summary>The extensions the peer insists on.</summary>
    public IReadOnlyList<string> Require => GetStrings(SipHeaderNames.Require);

    /// <summary>The media types the peer takes, unreadable ones left out. When there is no such header, application/sdp is meant (RFC 3261 §20.1).</summary>
    public IReadOnlyList<MediaType> Accept => ParseAll<MediaType>(Known.Accept, MediaType.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller asks for, unreadable ones left out (RFC 3841).</summary>
    public IReadOnlyList<AcceptContact> AcceptContacts =>
        ParseAll<AcceptContact>(Known.AcceptContact, AcceptContact.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller wants to avoid, unreadable ones left out (RFC 3841).</summary>
    public IReadOnlyList<AcceptContact> RejectContacts =>
        ParseAll<AcceptContact>(Known.RejectContact, AcceptContact.TryParse, skipUnreadable: true);

    private void Forget()
    {
        _topVia = null;
        _from = null;
        _to = null;
        _callId = null;
        _cseq = null;
    }

    private ServiceIdentifier[] GetServices(string name) => [.. GetStrings(name).Select(ServiceIdentifier.Parse)];

    private int? GetNumber(SipHeaderName name)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        var cursor = new AsciiCursor(ValueOf(index));
        return cursor.TryReadUInt32(out uint number) && number <= int.MaxValue ? (int)number : null;
    }

    private T? ParseRow<T>(SipHeaderName name, Parser<T> parser)
        where T : class
    {
        int index = IndexOf(name);
        return index >= 0 && parser(ValueOf(index), out T? value) ? value : null;
    }

    private T? ParseFirst<T>(SipHeaderName name, Parser<T> parser)
        where T : class
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> row = ValueOf(index);
        return HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> first) && parser(first, out T? value) ? value : null;
    }

    private T[] ParseAll<T>(SipHeaderName name, Parser<T> parser, bool skipUnreadable)
        where T : class
    {
        T[] found = [];
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!_rows[i].Is(name))
            {
                continue;
            }

            ReadOnlySpan<byte> row = ValueOf(i);
            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> text))
            {
                if (parser(text, out T? value))
                {
                    Append(ref found, ref count, value, row, count == found.Length && count <= MostForeseen ? CountAfter(i, name) : 0);
                }
                else if (!skipUnreadable)
                {
                    return [];
                }
            }
        }

        if (count < found.Length)
        {
            Array.Resize(ref found, count);
        }

        return found;
    }

    // Looked up once: typed access is what every message goes through.
    private static class Known
    {
        public static readonly SipHeaderName Via = SipHeaderName.Find(SipHeaderNames.Via)!;
        public static readonly SipHeaderName From = SipHeaderName.Find(SipHeaderNames.From)!;
        public static readonly SipHeaderName To = SipHeaderName.Find(SipHeaderNames.To)!;
        public static readonly SipHeaderName CSeq = SipHeaderName.Find(SipHeaderNames.CSeq)!;
        public static readonly SipHeaderName MaxForwards = SipHeaderName.Find(SipHeaderNames.MaxForwards)!;
        public static readonly SipHeaderName ContentLength = SipHeaderName.Find(SipHeaderNames.ContentLength)!;
        public static readonly SipHeaderName RetryAfter = SipHeaderName.Find(SipHeaderNames.RetryAfter)!;
        public static readonly SipHeaderName RSeq = SipHeaderName.Find(SipHeaderNames.RSeq)!;
        public static readonly SipHeaderName RAck = SipHeaderName.Find(SipHeaderNames.RAck)!;
        public static readonly SipHeaderName SessionExpires = SipHeaderName.Find(SipHeaderNames.SessionExpires)!;
        public static readonly SipHeaderName Contact = SipHeaderName.Find(SipHeaderNames.Contact)!;
        public static readonly SipHeaderName Route = SipHeaderName.Find(SipHeaderNames.Route)!;
        public static readonly SipHeaderName RecordRoute = SipHeaderName.Find(SipHeaderNames.RecordRoute)!;
        public static readonly SipHeaderName PAssertedIdentity = SipHeaderName.Find(SipHeaderNames.PAssertedIdentity)!;
        public static readonly SipHeaderName PPreferredIdentity = SipHeaderName.Find(SipHeaderNames.PPreferredIdentity)!;
        public static readonly SipHeaderName PAccessNetworkInfo = SipHeaderName.Find(SipHeaderNames.PAccessNetworkInfo)!;
        public static readonly SipHeaderName Privacy = SipHeaderName.Find(SipHeaderNames.Privacy)!;
        public static readonly SipHeaderName Reason = SipHeaderName.Find(SipHeaderNames.Reason)!;
        public static readonly SipHeaderName Path = SipHeaderName.Find(SipHeaderNames.Path)!;
        public static readonly SipHeaderName ServiceRoute = SipHeaderName.Find(SipHeaderNames.ServiceRoute)!;
        public static readonly SipHeaderName ContentType = SipHeaderName.Find(SipHeaderNames.ContentType)!;
        public static readonly SipHeaderName Accept = SipHeaderName.Find(SipHeaderNames.Accept)!;
        public static readonly SipHeaderName AcceptContact = SipHeaderName.Find(SipHeaderNames.AcceptContact)!;
        public static readonly SipHeaderName RejectContact = SipHeaderName.Find(SipHeaderNames.RejectContact)!;
    }
}
