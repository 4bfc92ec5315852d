using System.Globalization;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sharing.Endings;

/// <summary>Evaluates a redirection (SIP 3xx) and decides whether it may be followed (RFC 3261 §8.1.3.4).</summary>
internal static class Redirection
{
    private const int MostNamed = 5;

    public static bool Is(SipResponse response) => response.StatusCode is >= 300 and < 400;

    /// <summary>The addresses in order of preference (q value, RFC 3261 §20.10).</summary>
    public static SipUri[] Targets(SipResponse response) =>
    [
        .. response.Headers.Contacts.Where(static contact => contact.Uri.Scheme.Length > 0)
            .OrderByDescending(static contact =>
                double.TryParse(contact.Parameters.GetValue("q"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double wanted) ? wanted : 1)
            .Select(static contact => contact.Uri),
    ];

    /// <summary>
    /// The next address to try, or null. Never from sips to sip, which would require asking the user (RFC 3261 §8.1.3.4, §26.4.4), and never
    /// in a loop.
    /// </summary>
    /// <param name="response">The redirection.</param>
    /// <param name="asked">The address that redirected: the last one tried.</param>
    /// <param name="tried">All addresses tried.</param>
    public static SipUri? Next(SipResponse response, SipUri asked, IReadOnlyCollection<SipUri> tried) =>
        Targets(response).FirstOrDefault(uri => uri.IsSip && (uri.IsSecure || !asked.IsSecure) && !tried.Any(uri.Equals)) is { } next
            ? next with { Headers = null }
            : null;

    /// <summary>A message for users: the new addresses and what to do next.</summary>
    public static string Describe(IReadOnlyList<SipUri> targets) => targets.Count == 0
        ? "The peer has moved and gave no new address; ask its user for the current one."
        : $"The peer has moved to {string.Join(", ", targets.Take(MostNamed).Select(static uri => Printable.Of(uri.ToString())))}; use that address, or set ImageShareOptions.FollowRedirects.";
}
