using System.Globalization;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>Where a redirection (SIP 3xx) leads, and how far it may be followed (RFC 3261 §8.1.3.4).</summary>
internal static class Redirection
{
    private const int MostNamed = 5;

    public static bool Is(SipResponse response) => response.StatusCode is >= 300 and < 400;

    /// <summary>Its addresses, the most wanted first (RFC 3261 §20.10).</summary>
    public static SipUri[] Targets(SipResponse response) =>
    [
        .. response.Headers.Contacts.Where(static contact => contact.Uri.Scheme.Length > 0)
            .OrderByDescending(static contact =>
                double.TryParse(contact.Parameters.GetValue("q"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double wanted) ? wanted : 1)
            .Select(static contact => contact.Uri),
    ];

    /// <summary>
    /// Where to ask next: never from sips to sip, which asks for a word to the user first (RFC 3261 §8.1.3.4, §26.4.4), and never in a circle.
    /// Null when nothing of it may be followed.
    /// </summary>
    /// <param name="response">The redirection.</param>
    /// <param name="asked">The address it came from, the last of those that were tried.</param>
    /// <param name="tried">All of them.</param>
    public static SipUri? Next(SipResponse response, SipUri asked, IReadOnlyCollection<SipUri> tried) =>
        Targets(response).FirstOrDefault(uri => uri.IsSip && (uri.IsSecure || !asked.IsSecure) && !tried.Any(uri.Equals)) is { } next
            ? next with { Headers = null }
            : null;

    /// <summary>A sentence for a person: where to, and what to do next.</summary>
    public static string Describe(IReadOnlyList<SipUri> targets) => targets.Count == 0
        ? "The peer is to be found elsewhere, but does not say where; ask the peer for its present address."
        : $"The peer is to be found elsewhere, at {string.Join(", ", targets.Take(MostNamed).Select(static uri => Printable.Of(uri.ToString())))}; take that address, or let the client follow (FollowRedirects).";
}
