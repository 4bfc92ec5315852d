using System.Text;
using ImageShare.Core.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>Why a 401 or 407 was not answered. Each reason needs another correction; wrong credentials are only one of them.</summary>
internal static class UnansweredChallenge
{
    private const int MostRealms = 3;

    /// <summary>Finds the reason.</summary>
    /// <param name="rows">The challenges.</param>
    /// <param name="keyring">The credentials.</param>
    /// <param name="wasAnswered">Whether the request had credentials for this server or proxy.</param>
    public static SipChallengeOutcome Of(IReadOnlyList<string> rows, DigestKeyring keyring, bool wasAnswered) =>
        wasAnswered ? SipChallengeOutcome.Refused
        : rows.Count == 0 ? SipChallengeOutcome.NoChallenge
        : !keyring.HasCredentials ? SipChallengeOutcome.NoCredentials
        : RealmsOf(rows) is { Length: > 0 } realms && !realms.Any(keyring.IsFor) ? SipChallengeOutcome.OtherRealm
        : keyring.Choose(rows) is null ? SipChallengeOutcome.NotSpoken
        : SipChallengeOutcome.Refused;

    /// <summary>A sentence for a person; null if the response was not a challenge to the agent.</summary>
    /// <param name="response">The response.</param>
    /// <param name="isOfRegistrar">Whether the request was a REGISTER.</param>
    public static string? Describe(SipResponse response, bool isOfRegistrar = false)
    {
        string[] rows = [.. response.Headers.GetStrings(response.StatusCode == 407 ? SipHeaderNames.ProxyAuthenticate : SipHeaderNames.WwwAuthenticate)];
        string asker = response.StatusCode == 407 ? "A proxy" : isOfRegistrar ? "The registrar" : "The peer or its server";
        string realms = string.Join(", ", RealmsOf(rows).Take(MostRealms).Select(static realm => $"'{Printable.Of(realm)}'"));
        return response.ChallengeOutcome switch
        {
            SipChallengeOutcome.NoCredentials => $"{asker} asks for a user name and a password{(realms.Length > 0 ? " for the realm " + realms : null)}; give them and try again.",
            SipChallengeOutcome.NoChallenge => $"{asker} wants credentials, but does not say how they are to be shown: its answer has no challenge. Ask its operator.",
            SipChallengeOutcome.OtherRealm =>
                $"{asker} asks for credentials of the realm {realms}, and the configured ones are for '{Printable.Of(response.CredentialsRealm ?? string.Empty)}'; they were not shown to it. If it is the right one, name its realm with the credentials (--realm on the command line).",
            SipChallengeOutcome.NotSpoken => $"{asker} asks for credentials in a way that is not supported here (digest with MD5 or SHA-256 and qop auth is{(realms.Length > 0 ? "; realm " + realms : null)}). Ask its operator for one that is.",
            SipChallengeOutcome.Refused => $"{asker} refuses these credentials{(realms.Length > 0 ? " for the realm " + realms : null)}; check the user name, the password and whether this identity may {(isOfRegistrar ? "register" : "share images")}.",
            _ => null,
        };
    }

    private static string[] RealmsOf(IEnumerable<string> rows) =>
        [.. rows.Select(static row => DigestChallenge.RealmOf(Encoding.UTF8.GetBytes(row))).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
}
