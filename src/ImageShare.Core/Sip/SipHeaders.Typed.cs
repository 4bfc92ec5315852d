using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip;

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
    public Via? TopVia => _topVia ??= ParseFirst<Via>(SipHeaderNames.Via, Via.TryParse);

    /// <summary>All Vias, the top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<Via> Vias => ParseAll<Via>(SipHeaderNames.Via, Via.TryParse, skipUnreadable: false);

    /// <summary>Who asks; null when absent or unreadable.</summary>
    public NameAddress? From => _from ??= ParseRow<NameAddress>(SipHeaderNames.From, NameAddress.TryParse);

    /// <summary>Who is asked; null when absent or unreadable.</summary>
    public NameAddress? To => _to ??= ParseRow<NameAddress>(SipHeaderNames.To, NameAddress.TryParse);

    /// <summary>The Call-ID, compared with case; null when absent or empty.</summary>
    public string? CallId => _callId ??= GetString(SipHeaderNames.CallId) is { Length: > 0 } value ? value : null;

    /// <summary>The CSeq; null when absent or unreadable.</summary>
    public CSeq? CSeq => _cseq ??= ParseRow<CSeq>(SipHeaderNames.CSeq, Headers.CSeq.TryParse);

    /// <summary>0 to 2^31-1 hops left; null when absent or unreadable.</summary>
    public int? MaxForwards => GetNumber(SipHeaderNames.MaxForwards);

    /// <summary>The length a peer stated, which the body need not have; null when absent or unreadable.</summary>
    public int? ContentLength => GetNumber(SipHeaderNames.ContentLength);

    /// <summary>Seconds after which to try again, without comment and parameters; null when absent or unreadable.</summary>
    public int? RetryAfter => GetNumber(SipHeaderNames.RetryAfter);

    /// <summary>The Contacts that can be read; <c>*</c> is none of them.</summary>
    public IReadOnlyList<NameAddress> Contacts => ParseAll<NameAddress>(SipHeaderNames.Contact, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The route set; empty when absent or when one hop cannot be read.</summary>
    public IReadOnlyList<NameAddress> Routes => ParseAll<NameAddress>(SipHeaderNames.Route, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The Record-Routes, top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> RecordRoutes => ParseAll<NameAddress>(SipHeaderNames.RecordRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The identities the network vouches for (RFC 3325).</summary>
    public IReadOnlyList<NameAddress> AssertedIdentities =>
        ParseAll<NameAddress>(SipHeaderNames.PAssertedIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The body's type; null when absent or unreadable.</summary>
    public MediaType? ContentType => ParseRow<MediaType>(SipHeaderNames.ContentType, MediaType.TryParse);

    /// <summary>
    /// What the body is for, without parameters: as stated, or <c>session</c> for application/sdp and <c>render</c> for all else
    /// (RFC 3261 §20.11).
    /// </summary>
    public string ContentDisposition => GetString(SipHeaderNames.ContentDisposition) is { } stated
        ? stated.AsSpan(0, stated.IndexOf(';') is >= 0 and int end ? end : stated.Length).Trim().ToString()
        : ContentType?.Is("application", "sdp") == true ? "session" : "render";

    /// <summary>The methods the peer takes.</summary>
    public IReadOnlyList<string> Allow => GetStrings(SipHeaderNames.Allow);

    /// <summary>The extensions the peer knows.</summary>
    public IReadOnlyList<string> Supported => GetStrings(SipHeaderNames.Supported);

    /// <summary>The extensions the peer insists on.</summary>
    public IReadOnlyList<string> Require => GetStrings(SipHeaderNames.Require);

    /// <summary>The media types the peer takes, unreadable ones left out. When there is no such header, application/sdp is meant (RFC 3261 §20.1).</summary>
    public IReadOnlyList<MediaType> Accept => ParseAll<MediaType>(SipHeaderNames.Accept, MediaType.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller asks for, unreadable ones left out (RFC 3841).</summary>
    public IReadOnlyList<AcceptContact> AcceptContacts =>
        ParseAll<AcceptContact>(SipHeaderNames.AcceptContact, AcceptContact.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller wants to avoid, unreadable ones left out (RFC 3841).</summary>
    public IReadOnlyList<AcceptContact> RejectContacts =>
        ParseAll<AcceptContact>(SipHeaderNames.RejectContact, AcceptContact.TryParse, skipUnreadable: true);

    private void Forget()
    {
        _topVia = null;
        _from = null;
        _to = null;
        _callId = null;
        _cseq = null;
    }

    private int? GetNumber(string name)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        var cursor = new AsciiCursor(_rows[index].RawValue.Span);
        return cursor.TryReadUInt32(out uint number) && number <= int.MaxValue ? (int)number : null;
    }

    private T? ParseRow<T>(string name, Parser<T> parser)
        where T : class
    {
        int index = IndexOf(name);
        return index >= 0 && parser(_rows[index].RawValue.Span, out T? value) ? value : null;
    }

    private T? ParseFirst<T>(string name, Parser<T> parser)
        where T : class
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> row = _rows[index].RawValue.Span;
        return HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> first) && parser(first, out T? value) ? value : null;
    }

    private T[] ParseAll<T>(string name, Parser<T> parser, bool skipUnreadable)
        where T : class
    {
        SipHeaderName? known = SipHeaderName.Find(name);
        T[] found = [];
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!_rows[i].Is(known, name))
            {
                continue;
            }

            ReadOnlySpan<byte> row = _rows[i].RawValue.Span;
            while (HeaderGrammar.TryTakeValue(ref row, out ReadOnlySpan<byte> text))
            {
                if (parser(text, out T? value))
                {
                    // Mostly there is exactly one.
                    if (count == found.Length)
                    {
                        Array.Resize(ref found, count == 0 ? 1 : count * 4);
                    }

                    found[count++] = value;
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
}
