using System.Collections;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// The header of a message: rows in their order, unknown ones kept, with typed access on top. Long and compact names are the
/// same, rows and comma-joined values too (RFC 3261 §7.3). Not safe for changes from several threads; once nobody changes it
/// any more, it may be read from any number of them.
/// </summary>
public sealed class SipHeaders : IReadOnlyList<SipHeader>
{
    // What every message is matched by, kept once read; forgotten whenever a row changes.
    private Via? _topVia;
    private NameAddress? _from;
    private NameAddress? _to;
    private string? _callId;
    private CSeq? _cseq;

    private SipRowList _rows;

    /// <summary>Makes an empty header.</summary>
    public SipHeaders()
        : this(capacity: 0)
    {
    }

    /// <summary>Makes a copy that can be changed without changing the original.</summary>
    public SipHeaders(SipHeaders other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _rows = new SipRowList(in other._rows);
    }

    internal SipHeaders(int capacity, ReadOnlyMemory<byte> bytes = default) => _rows = new SipRowList(capacity, bytes);

    /// <summary>The number of rows.</summary>
    public int Count => _rows.Count;

    /// <inheritdoc/>
    public SipHeader this[int index] => index < Count ? _rows[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Adds a row at the end.</summary>
    /// <exception cref="ArgumentException">The name is no token.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the value holds CR, LF or NUL.</exception>
    public void Add(string name, string value) => Insert(Count, SipHeader.Create(name, value));

    /// <inheritdoc cref="Add(string, string)"/>
    /// <param name="name">The header's name.</param>
    /// <param name="value">The bytes behind the colon; not copied, so they must not change any more.</param>
    public void Add(string name, ReadOnlyMemory<byte> value) => Insert(Count, SipHeader.Create(name, value));

    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, ISipHeaderValue value) => Insert(Count, SipHeader.Create(name, value));

    /// <summary>Adds a row before all others: a new Via.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void AddFirst(string name, string value) => Insert(0, SipHeader.Create(name, value));

    /// <inheritdoc cref="AddFirst(string, string)"/>
    public void AddFirst(string name, ISipHeaderValue value) => Insert(0, SipHeader.Create(name, value));

    /// <summary>Adds all rows of that name the other header has, unchanged and in their order.</summary>
    public void AddAll(string name, SipHeaders from)
    {
        ArgumentNullException.ThrowIfNull(from);
        SipHeaderName? known = SipHeaderName.Find(name);
        for (int i = 0; i < from.Count; i++)
        {
            if (from._rows.Is(i, known, name))
            {
                Insert(Count, from._rows[i]);
            }
        }
    }

    /// <summary>Replaces all rows of that name by one, where the first of them stood; adds it at the end when there was none.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Set(string name, string value) => Set(name, SipHeader.Create(name, value));

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string name, ReadOnlyMemory<byte> value) => Set(name, SipHeader.Create(name, value));

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string name, ISipHeaderValue value) => Set(name, SipHeader.Create(name, value));

    /// <summary>Removes all rows of that name; returns whether there was one.</summary>
    public bool Remove(string name)
    {
        Forget();
        return _rows.RemoveAll(name);
    }

    /// <summary>Removes the first value of a list header: the first row, or the first of its comma-separated values.</summary>
    public bool RemoveFirst(string name) => ReplaceFirst(name, default(ReadOnlyMemory<byte>));

    /// <summary>Replaces the first value of a list header, the others staying as they are; false when there is none.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public bool ReplaceFirst(string name, ISipHeaderValue value) => ReplaceFirst(name, SipHeader.ToBytes(value));

    /// <summary>Whether there is a row of that name.</summary>
    public bool Contains(string name) => _rows.IndexOf(name) >= 0;

    /// <summary>How many rows of that name there are.</summary>
    public int CountOf(string name) => _rows.CountOf(name);

    /// <summary>The value of the first row of that name, unfolded, or null.</summary>
    public string? GetString(string name) => _rows.IndexOf(name) is >= 0 and int index ? WellKnownText.GetString(_rows.ValueOf(index)) : null;

    /// <summary>
    /// All values of that name: for a list header the rows and their comma-separated values as one list (commas between quotes
    /// or angle brackets do not separate), for any other header its rows.
    /// </summary>
    public IReadOnlyList<string> GetStrings(string name) => HeaderValues.Split(_rows, name);

    /// <inheritdoc/>
    public IEnumerator<SipHeader> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return _rows[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a row that was read and is kept whole: its bytes hold no line break by construction.</summary>
    internal void AddRead(SipHeader row) => Insert(Count, new SipRow(row));

    /// <summary>Adds a row that was read, a slice of the bytes this header was made with.</summary>
    internal void AddRead(SipHeaderName name, int start, int length) => Insert(Count, new SipRow(name, start, length));

    /// <summary>The first Via, or null when absent or unreadable.</summary>
    public Via? TopVia => _topVia ??= HeaderValues.ParseFirst<Via>(_rows, KnownNames.Via, Via.TryParse);

    /// <summary>All Vias, the top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<Via> Vias => HeaderValues.ParseAll<Via>(_rows, KnownNames.Via, Via.TryParse, skipUnreadable: false);

    /// <summary>Who asks; null when absent or unreadable.</summary>
    public NameAddress? From => _from ??= HeaderValues.ParseRow<NameAddress>(_rows, KnownNames.From, NameAddress.TryParse);

    /// <summary>Who is asked; null when absent or unreadable.</summary>
    public NameAddress? To => _to ??= HeaderValues.ParseRow<NameAddress>(_rows, KnownNames.To, NameAddress.TryParse);

    /// <summary>The Call-ID, compared with case; null when absent or empty.</summary>
    public string? CallId => _callId ??= GetString(SipHeaderNames.CallId) is { Length: > 0 } value ? value : null;

    /// <summary>The CSeq; null when absent or unreadable.</summary>
    public CSeq? CSeq => _cseq ??= HeaderValues.ParseRow<CSeq>(_rows, KnownNames.CSeq, Headers.CSeq.TryParse);

    /// <summary>0 to 2^31-1 hops left; null when absent or unreadable.</summary>
    public int? MaxForwards => GetNumber(KnownNames.MaxForwards);

    /// <summary>The length a peer stated, which the body need not have; null when absent or unreadable.</summary>
    public int? ContentLength => GetNumber(KnownNames.ContentLength);

    /// <summary>Seconds after which to try again, without comment and parameters; null when absent or unreadable.</summary>
    public int? RetryAfter => GetNumber(KnownNames.RetryAfter);

    /// <summary>The number of a reliable provisional response (RFC 3262 §7.1); null when absent or unreadable.</summary>
    public uint? RSeq => HeaderValues.ParseNumber(_rows, KnownNames.RSeq, isWhole: true);

    /// <summary>What a PRACK acknowledges; null when absent or unreadable.</summary>
    public RAck? RAck => HeaderValues.ParseRow<RAck>(_rows, KnownNames.RAck, Headers.RAck.TryParse);

    /// <summary>How long the session lives without a refresh (RFC 4028); null when absent or unreadable.</summary>
    public SessionExpires? SessionExpires => HeaderValues.ParseRow<SessionExpires>(_rows, KnownNames.SessionExpires, Headers.SessionExpires.TryParse);

    /// <summary>
    /// The Contacts that can be read; <c>*</c> is none of them. Where only what stands between the angle brackets cannot be, the parameters behind them
    /// count all the same, and <see cref="SipUri.Scheme"/> of the URI is empty.
    /// </summary>
    public IReadOnlyList<NameAddress> Contacts => HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.Contact, NameAddress.TryParseContact, skipUnreadable: true);

    /// <summary>Where the sender itself is, for requests inside a dialog (RFC 3261 §12.1): its Contact, the first with a URI that can be reached; null when there is none.</summary>
    internal SipUri? RemoteTarget => Contacts.FirstOrDefault(static contact => contact.Uri.Scheme.Length > 0 && !contact.Uri.IsUnspecified)?.Uri;

    /// <summary>The route set; empty when absent or when one hop cannot be read.</summary>
    public IReadOnlyList<NameAddress> Routes => HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.Route, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The Record-Routes, top one first; empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> RecordRoutes => HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.RecordRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The identities the network vouches for (RFC 3325).</summary>
    public IReadOnlyList<NameAddress> AssertedIdentities =>
        HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.PAssertedIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The services the network vouches for (RFC 6050 §4.1).</summary>
    public IReadOnlyList<ServiceIdentifier> AssertedServices => GetServices(SipHeaderNames.PAssertedService);

    /// <summary>The services the caller asks the network to vouch for (RFC 6050 §4.2).</summary>
    public IReadOnlyList<ServiceIdentifier> PreferredServices => GetServices(SipHeaderNames.PPreferredService);

    /// <summary>The access networks the peer is connected by, unreadable ones left out (RFC 7315 §5.4).</summary>
    public IReadOnlyList<AccessNetworkInfo> AccessNetworks =>
        HeaderValues.ParseAll<AccessNetworkInfo>(_rows, KnownNames.PAccessNetworkInfo, AccessNetworkInfo.TryParse, skipUnreadable: true);

    /// <summary>What the network is to hide of the caller; null when absent or unreadable (RFC 3323 §4.2).</summary>
    public Privacy? Privacy => HeaderValues.ParseRow<Privacy>(_rows, KnownNames.Privacy, Headers.Privacy.TryParse);

    /// <summary>The hops between registrar and client (RFC 3327); empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> Paths => HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.Path, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>The hops a registered client puts behind its outbound proxy (RFC 3608); empty when absent or when one cannot be read.</summary>
    public IReadOnlyList<NameAddress> ServiceRoutes => HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.ServiceRoute, NameAddress.TryParse, skipUnreadable: false);

    /// <summary>Why the request is sent, unreadable values left out (RFC 3326).</summary>
    public IReadOnlyList<Reason> Reasons => HeaderValues.ParseAll<Reason>(_rows, KnownNames.Reason, Reason.TryParse, skipUnreadable: true);

    /// <summary>The identities the caller asks the network to vouch for (RFC 3325 §9.2); nobody has checked them.</summary>
    public IReadOnlyList<NameAddress> PreferredIdentities =>
        HeaderValues.ParseAll<NameAddress>(_rows, KnownNames.PPreferredIdentity, NameAddress.TryParse, skipUnreadable: true);

    /// <summary>The body's type; null when absent or unreadable.</summary>
    public MediaType? ContentType => HeaderValues.ParseRow<MediaType>(_rows, KnownNames.ContentType, MediaType.TryParse);

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
    public IReadOnlyList<MediaType> Accept => HeaderValues.ParseAll<MediaType>(_rows, KnownNames.Accept, MediaType.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller asks for, unreadable ones left out (RFC 3841).</summary>
    public IReadOnlyList<AcceptContact> AcceptContacts =>
        HeaderValues.ParseAll<AcceptContact>(_rows, KnownNames.AcceptContact, AcceptContact.TryParse, skipUnreadable: true);

    /// <summary>The feature sets the caller wants to avoid, unreadable ones left out (RFC 3841).</summary>
    public IReadOnlyList<AcceptContact> RejectContacts =>
        HeaderValues.ParseAll<AcceptContact>(_rows, KnownNames.RejectContact, AcceptContact.TryParse, skipUnreadable: true);

    internal SipHeader Row(int index) => _rows[index];

    internal int IndexOf(string name) => _rows.IndexOf(name);

    private ServiceIdentifier[] GetServices(string name) => [.. GetStrings(name).Select(ServiceIdentifier.Parse)];

    private int? GetNumber(SipHeaderName name) =>
        HeaderValues.ParseNumber(_rows, name, isWhole: false) is <= int.MaxValue and { } number ? (int)number : null;

    private void Insert(int index, SipHeader row) => Insert(index, new SipRow(row));

    private void Insert(int index, SipRow row)
    {
        Forget();
        _rows.Insert(index, row);
    }

    private void Set(string name, SipHeader row)
    {
        int index = _rows.IndexOf(name);
        if (index < 0)
        {
            Insert(Count, row);
            return;
        }

        Remove(name);
        Insert(index, row);
    }

    private bool ReplaceFirst(string name, ReadOnlyMemory<byte> replacement)
    {
        int index = _rows.IndexOf(name);
        if (index < 0)
        {
            return false;
        }

        Forget();
        SipHeader changed = _rows[index].WithFirst(replacement, out bool found);
        if (changed.RawValue.IsEmpty)
        {
            _rows.RemoveAt(index);
        }
        else
        {
            _rows.Replace(index, changed);
        }

        return found;
    }

    private void Forget()
    {
        _topVia = null;
        _from = null;
        _to = null;
        _callId = null;
        _cseq = null;
    }
}
