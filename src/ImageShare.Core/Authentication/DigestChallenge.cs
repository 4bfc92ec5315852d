using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Authentication;

/// <summary>The supported digest algorithms: the hash functions of RFC 8760 §2.1, and MD5 keyed by a SIM (RFC 3310).</summary>
internal enum DigestAlgorithm
{
    Md5,
    Sha256,
    AkaV1Md5,
}

/// <summary>
/// A digest challenge that can be answered: one WWW-Authenticate or Proxy-Authenticate header field (RFC 3261 §20.27, §20.44, RFC 7616 §3.3).
/// Other schemes, in particular Basic, and unsupported algorithms or qop values do not parse.
/// </summary>
/// <param name="Realm">The realm, unquoted and unescaped.</param>
/// <param name="Nonce">The nonce, returned unchanged.</param>
/// <param name="Opaque">Returned unchanged; null if absent.</param>
/// <param name="Algorithm">The hash function.</param>
/// <param name="AlgorithmName">The algorithm as written in the challenge; null if absent, which means MD5.</param>
/// <param name="HasQop">Whether <c>qop=auth</c> is offered; without qop the response has the older form of RFC 2069.</param>
/// <param name="IsStale">Whether the credentials were correct but the nonce had expired.</param>
internal sealed record DigestChallenge(
    string Realm, string Nonce, string? Opaque, DigestAlgorithm Algorithm, string? AlgorithmName, bool HasQop, bool IsStale)
{
    /// <summary>The realm and the algorithm, but not the nonce, which is input to a SIM's secret.</summary>
    public override string ToString() => $"{Algorithm} challenge of {Realm}";

    /// <summary>The realm of a challenge of any scheme and algorithm, as far as it can be read, or null.</summary>
    public static string? RealmOf(ReadOnlySpan<byte> text)
    {
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadToken(out _) || !cursor.SkipWhiteSpace())
        {
            return null;
        }

        return DigestParameters.Find(cursor.Rest, "realm");
    }

    /// <summary>Parses one header field; false if it cannot be answered.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out DigestChallenge? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadIgnoreCase("Digest"u8) || !cursor.SkipWhiteSpace())
        {
            return false;
        }

        if (DigestParameters.TryRead(cursor.Rest) is not { } parameters
            || !parameters.TryGetValue("realm", out string? realm)
            || !parameters.TryGetValue("nonce", out string? nonce))
        {
            return false;
        }

        string? algorithmName = parameters.GetValueOrDefault("algorithm");
        string? qop = parameters.GetValueOrDefault("qop");
        if (!TryGetAlgorithm(algorithmName, out DigestAlgorithm algorithm) || (qop is not null && !OffersAuth(qop)))
        {
            return false;
        }

        bool isStale = "true".Equals(parameters.GetValueOrDefault("stale"), StringComparison.OrdinalIgnoreCase);
        value = new DigestChallenge(realm, nonce, parameters.GetValueOrDefault("opaque"), algorithm, algorithmName, qop is not null, isStale);
        return true;
    }

    /// <summary>The first challenge for the realm that can be answered: the server lists them in order of preference (RFC 8760 §2.4).</summary>
    /// <param name="rows">The challenges.</param>
    /// <param name="realm">The realm, or null for any realm.</param>
    /// <param name="isAka">Whether a SIM answers, rather than a password.</param>
    public static DigestChallenge? Choose(IEnumerable<string> rows, string? realm, bool isAka = false)
    {
        foreach (string row in rows)
        {
            if (TryParse(Encoding.UTF8.GetBytes(row), out DigestChallenge? challenge)
                && (realm is null || challenge.Realm.Equals(realm, StringComparison.OrdinalIgnoreCase))
                && (challenge.Algorithm == DigestAlgorithm.AkaV1Md5) == isAka)
            {
                return challenge;
            }
        }

        return null;
    }

    private static bool OffersAuth(string qop) => qop.Split(',', StringSplitOptions.TrimEntries).Contains("auth", StringComparer.OrdinalIgnoreCase);

    private static bool TryGetAlgorithm(string? name, out DigestAlgorithm algorithm)
    {
        DigestAlgorithm? known = name?.ToUpperInvariant() switch
        {
            null or "MD5" => DigestAlgorithm.Md5,
            "SHA-256" => DigestAlgorithm.Sha256,
            "AKAV1-MD5" => DigestAlgorithm.AkaV1Md5,
            _ => null,
        };
        algorithm = known ?? default;
        return known is not null;
    }
}
