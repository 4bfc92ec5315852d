using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <content>The rows as typed values. Each is parsed at the first call and kept until a row of its name changes; numbers are parsed at each call.</content>
public sealed partial class SipHeaders
{
    /// <summary>The first Via, or null when absent or unreadable.</summary>
    public Via? TopVia => _topVia ??= HeaderValues.ParseFirst<Via>(_rows, KnownNames.Via, Via.TryParse);

    /// <summary>All Vias, the top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<Via> Vias => HeaderValues.List<Via>(_rows, KnownNames.Via, Via.TryParse, skipUnreadable: false, first: _topVia);

    /// <summary>The sender of the request; null when absent or unreadable.</summary>
    public NameAddress? From => HeaderValues.Row<NameAddress>(_rows, KnownNames.From, NameAddress.TryParse);

    /// <summary>The recipient of the request; null when absent or unreadable.</summary>
    public NameAddress? To => HeaderValues.Row<NameAddress>(_rows, KnownNames.To, NameAddress.TryParse);

    /// <summary>The Call-ID, which is case-sensitive; null when absent or empty.</summary>
    public string? CallId => HeaderValues.Row<string>(_rows, KnownNames.CallId, HeaderValues.TryGetText) is { Length: > 0 } value ? value : null;

    /// <summary>The CSeq; null when absent or unreadable.</summary>
    public CSeq? CSeq => HeaderValues.Row<CSeq>(_rows, KnownNames.CSeq, static (text, out value) => Headers.CSeq.TryParse(text.Span, out value));

    /// <summary>The remaining hops, 0 to 2^31-1; null when absent or unreadable.</summary>
    public int? MaxForwards => GetNumber(KnownNames.MaxForwards);

    /// <summary>The length of the body as stated by the peer, which may be wrong; null when absent or unreadable.</summary>
    public int? ContentLength => GetNumber(KnownNames.ContentLength);

    /// <summary>The seconds after which to try again, without comment and parameters; null when absent or unreadable.</summary>
    public int? RetryAfter => GetNumber(KnownNames.RetryAfter);

    /// <summary>The number of a reliable provisional response (RFC 3262 §7.1); null when absent or unreadable.</summary>
    internal uint? RSeq => HeaderValues.ParseNumber(_rows, KnownNames.RSeq, isWhole: true);

    /// <summary>What a PRACK acknowledges; null when absent or unreadable.</summary>
    internal RAck? RAck => HeaderValues.Row<RAck>(_rows, KnownNames.RAck, static (text, out value) => Headers.RAck.TryParse(text.Span, out value));

    /// <summary>How long the session lives without a refresh (RFC 4028); null when absent or unreadable.</summary>
    internal SessionExpires? SessionExpires => HeaderValues.Row<SessionExpires>(_rows, KnownNames.SessionExpires, static (text, out value) => Headers.SessionExpires.TryParse(text.Span, out value));

    /// <summary>
    /// The Contacts that can be read; <c>*</c> is not included. If the text between the angle brackets cannot be read as a URI, but there are parameters
    /// after them, the Contact is included, and <see cref="SipUri.Scheme"/> of its URI is empty.
    /// </summary>
    public IReadOnlyList<NameAddress> Contacts => HeaderValues.List<NameAddress>(_rows, KnownNames.Contact, NameAddress.TryParseContact, skipUnreadable: true);

    /// <summary>The remote target for requests inside a dialog (RFC 3261 §12.1): the first Contact with a URI that can be reached; null when there is none.</summary>
    internal SipUri? RemoteTarget => Contacts.FirstOrDefault(static contact => contact.Uri.Scheme.Length > 0 && !contact.Uri.IsUnspecified)?.Uri;

    /// <summary>The route set; empty when absent or when one hop cannot be read.</summary>
    public IReadOnlyList<NameAddress> Routes => HeaderValues.List<NameAddress>(_rows, KnownNames.Route, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The Record-Routes, top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> RecordRoutes => HeaderValues.List<NameAddress>(_rows, KnownNames.RecordRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The identities the network vouches for (RFC 3325).</summary>
    public IReadOnlyList<NameAddress> AssertedIdentities =>
        HeaderValues.List<NameAddress>(_rows, KnownNames.PAssertedIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The services the network vouches for (RFC 6050 §4.1).</summary>
    public IReadOnlyList<ServiceIdentifier> AssertedServices => GetServices(KnownNames.PAssertedService);

    /// <summary>The services the caller asks the network to vouch for (RFC 6050 §4.2).</summary>
    public IReadOnlyList<ServiceIdentifier> PreferredServices => GetServices(KnownNames.PPreferredService);

    /// <summary>The access networks of the peer, without unreadable ones (RFC 7315 §5.4).</summary>
    public IReadOnlyList<AccessNetworkInfo> AccessNetworks =>
        HeaderValues.List<AccessNetworkInfo>(_rows, KnownNames.PAccessNetworkInfo, AccessNetworkInfo.TryParse, skipUnreadable: true);

    /// <summary>What the network should hide of the caller; null when absent or unreadable (RFC 3323 §4.2).</summary>
    public Privacy? Privacy => HeaderValues.Row<Privacy>(_rows, KnownNames.Privacy, static (text, out value) => Headers.Privacy.TryParse(text.Span, out value));

    /// <summary>The hops between registrar and client (RFC 3327); empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> Paths => HeaderValues.List<NameAddress>(_rows, KnownNames.Path, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The hops that follow the outbound proxy of a registered client (RFC 3608); empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> ServiceRoutes => HeaderValues.List<NameAddress>(_rows, KnownNames.ServiceRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>Why the request is sent, without unreadable values (RFC 3326).</summary>
    public IReadOnlyList<Reason> Reasons => HeaderValues.List<Reason>(_rows, KnownNames.Reason, static (text, out value) => Reason.TryParse(text.Span, out value), skipUnreadable: true);

    /// <summary>The identities the caller asks the network to vouch for (RFC 3325 §9.2); they are not verified.</summary>
    public IReadOnlyList<NameAddress> PreferredIdentities =>
        HeaderValues.List<NameAddress>(_rows, KnownNames.PPreferredIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The body's type; null when absent or unreadable.</summary>
    public MediaType? ContentType => HeaderValues.Row<MediaType>(_rows, KnownNames.ContentType, static (text, out value) => MediaType.TryParse(text.Span, out value));

    /// <summary>
    /// The purpose of the body, without parameters: as stated, or <c>session</c> for application/sdp and <c>render</c> for all else
    /// (RFC 3261 §20.11).
    /// </summary>
    public string ContentDisposition => HeaderValues.Row<string>(_rows, KnownNames.ContentDisposition, HeaderValues.TryGetText) is { } stated
        ? stated.AsSpan(0, stated.IndexOf(';') is >= 0 and int end ? end : stated.Length).Trim().ToString()
        : ContentType?.IsSdp == true ? "session" : "render";

    /// <summary>The methods the peer allows.</summary>
    public IReadOnlyList<string> Allow => HeaderValues.List<string>(_rows, KnownNames.Allow, HeaderValues.TryGetMethod, skipUnreadable: true);

    /// <summary>The extensions the peer supports.</summary>
    public IReadOnlyList<string> Supported => HeaderValues.List<string>(_rows, KnownNames.Supported, HeaderValues.TryGetText, skipUnreadable: true);

    /// <summary>The extensions the peer requires.</summary>
    public IReadOnlyList<string> Require => HeaderValues.List<string>(_rows, KnownNames.Require, HeaderValues.TryGetText, skipUnreadable: true);

    /// <summary>The media types the peer accepts, without unreadable ones. A missing header means application/sdp (RFC 3261 §20.1).</summary>
    public IReadOnlyList<MediaType> Accept => HeaderValues.List<MediaType>(_rows, KnownNames.Accept, static (text, out value) => MediaType.TryParse(text.Span, out value), skipUnreadable: true);

    /// <summary>The feature sets the caller asks for, without unreadable ones (RFC 3841).</summary>
    internal IReadOnlyList<AcceptContact> AcceptContacts =>
        HeaderValues.List<AcceptContact>(_rows, KnownNames.AcceptContact, AcceptContact.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller rejects, without unreadable ones (RFC 3841).</summary>
    internal IReadOnlyList<AcceptContact> RejectContacts =>
        HeaderValues.List<AcceptContact>(_rows, KnownNames.RejectContact, AcceptContact.TryParse, skipUnreadable: true);

    private IReadOnlyList<ServiceIdentifier> GetServices(SipHeaderName name) =>
        HeaderValues.List<ServiceIdentifier>(_rows, name, HeaderValues.TryGetService, skipUnreadable: true);

    private int? GetNumber(SipHeaderName name) =>
        HeaderValues.ParseNumber(_rows, name, isWhole: false) is <= int.MaxValue and { } number ? (int)number : null;
}
