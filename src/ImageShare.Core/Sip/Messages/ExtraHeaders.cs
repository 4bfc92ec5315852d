using System.Collections;
using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// Header fields that an application adds to its requests, such as <c>Subject</c> or those of a network. Headers that the library
/// writes itself are refused when they are added. Immutable.
/// </summary>
public sealed class ExtraHeaders : IReadOnlyList<KeyValuePair<string, string>>
{
    // Routing, dialogs, transactions, bodies and negotiation: a second row of one of these would contradict the library's own.
    private static readonly HashSet<string> Owned = new(
        [
            SipHeaderNames.Accept, SipHeaderNames.AcceptContact, SipHeaderNames.AcceptEncoding, SipHeaderNames.AcceptLanguage, SipHeaderNames.Allow,
            SipHeaderNames.AllowEvents, SipHeaderNames.Authorization, SipHeaderNames.CallId, SipHeaderNames.Contact, SipHeaderNames.ContentDisposition,
            SipHeaderNames.ContentEncoding, SipHeaderNames.ContentId, SipHeaderNames.ContentLength, SipHeaderNames.ContentType, SipHeaderNames.CSeq,
            SipHeaderNames.From, SipHeaderNames.MaxForwards, SipHeaderNames.MinSessionExpires, SipHeaderNames.PAccessNetworkInfo,
            SipHeaderNames.Path, SipHeaderNames.PPreferredIdentity, SipHeaderNames.PPreferredService, SipHeaderNames.Privacy,
            SipHeaderNames.ProxyAuthenticate, SipHeaderNames.ProxyAuthorization, SipHeaderNames.ProxyRequire, SipHeaderNames.RAck,
            SipHeaderNames.RecordRoute, SipHeaderNames.Require, SipHeaderNames.Route, SipHeaderNames.RSeq, SipHeaderNames.ServiceRoute,
            SipHeaderNames.SessionExpires, SipHeaderNames.Supported, SipHeaderNames.To, SipHeaderNames.Unsupported, SipHeaderNames.UserAgent,
            SipHeaderNames.Via, SipHeaderNames.WwwAuthenticate, "MIME-Version",
        ],
        StringComparer.OrdinalIgnoreCase);

    private readonly ImmutableArray<KeyValuePair<string, string>> _rows;

    private ExtraHeaders(ImmutableArray<KeyValuePair<string, string>> rows) => _rows = rows;

    /// <summary>No headers.</summary>
    public static ExtraHeaders None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _rows[index];

    /// <summary>The same headers with one more row; a name may come several times.</summary>
    /// <exception cref="ArgumentException">The name is not a header name, or the library writes this header itself; in long or compact form.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: the value contains CR, LF or NUL.</exception>
    public ExtraHeaders With(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!Grammar.IsToken(Encoding.UTF8.GetBytes(name)))
        {
            throw new ArgumentException($"'{name}' is not a header name: letters, digits and -.!%*_+`'~ only.", nameof(name));
        }

        string full = SipHeaderName.Find(name)?.Name ?? name;
        if (Owned.Contains(full))
        {
            throw new ArgumentException($"{full} is written by the library itself; leave it out, or set the option it comes from.", nameof(name));
        }

        SafeText.ThrowIfLineBreaking(value);
        return new ExtraHeaders(_rows.Add(new(full, value)));
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void AddTo(SipHeaders headers)
    {
        foreach ((string name, string value) in _rows)
        {
            headers.Add(name, value);
        }
    }
}
