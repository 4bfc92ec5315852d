using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Authentication;

/// <summary>What this library answers a challenge with: the hash functions of RFC 8760 §2.1, and MD5 keyed by a SIM (RFC 3310).</summary>
internal enum DigestAlgorithm
{
    Md5,
    Sha256,
    AkaV1Md5,
}

/// <summary>
/// One digest challenge that can be answered: a row of WWW-Authenticate or Proxy-Authenticate (RFC 3261 §20.27, §20.44,
/// RFC 7616 §3.3). Other schemes, Basic above all, and algorithms or qualities of protection not known here do not parse.
/// </summary>
/// <param name="Realm">The realm, quotes and escapes undone.</param>
/// <param name="Nonce">The nonce, given back as it came.</param>
/// <param name="Opaque">Given back as it came; null when absent.</param>
/// <param name="Algorithm">The hash function.</param>
/// <param name="AlgorithmName">How the challenge wrote it; null when it did not, which means MD5.</param>
/// <param name="HasQop">Whether <c>qop=auth</c> is offered; without any qop the answer has the older form of RFC 2069.</param>
/// <param name="IsStale">The credentials were right but the nonce too old.</param>
internal sealed record DigestChallenge(
    string Realm, string Nonce, string? Opaque, DigestAlgorithm Algorithm, string? AlgorithmName, bool HasQop, bool IsStale)
{
    /// <summary>The realm and the algorithm; never the nonce, which a SIM's secrets answer.</summary>
    public override string ToString() => $"{Algorithm} challenge of {Realm}";

    /// <summary>The realm of a challenge of whatever scheme and algorithm, as far as it can be read; null when there is none.</summary>
    public static string? RealmOf(ReadOnlySpan<byte> text)
    {
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadToken(out _) || !cursor.SkipWhiteSpace())
        {
            return null;
        }

        return Find(cursor.Rest, "realm");
    }

    /// <summary>The value of the first parameter of that name in a list of them with commas between, as far as it can be read; null when there is none.</summary>
    public static string? Find(ReadOnlySpan<byte> parameters, string wanted)
    {
        var cursor = new AsciiCursor(parameters);
        while (!cursor.AtEnd)
        {
            if (cursor.TryRead((byte)',') || cursor.SkipWhiteSpace())
            {
                continue;
            }

            if (!TryReadParameter(ref cursor, out string? name, out string? content))
            {
                return null;
            }

            if (name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return content;
            }
        }

        return null;
    }

    /// <summary>Reads one row; false for what is not to be answered.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out DigestChallenge? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadIgnoreCase("Digest"u8) || !cursor.SkipWhiteSpace())
        {
            return false;
        }

        string? realm = null, nonce = null, opaque = null, algorithmName = null, qop = null, stale = null;
        while (!cursor.AtEnd)
        {
            if (cursor.TryRead((byte)',') || cursor.SkipWhiteSpace())
            {
                continue;
            }

            if (!TryReadParameter(ref cursor, out string? name, out string? content))
            {
                return false;
            }

            // A parameter that stands twice keeps its first value.
            switch (name.ToUpperInvariant())
            {
                case "REALM":
                    realm ??= content;
                    break;
                case "NONCE":
                    nonce ??= content;
                    break;
                case "OPAQUE":
                    opaque ??= content;
                    break;
                case "ALGORITHM":
                    algorithmName ??= content;
                    break;
                case "QOP":
                    qop ??= content;
                    break;
                case "STALE":
                    stale ??= content;
                    break;
            }
        }

        if (realm is null || nonce is null || !TryGetAlgorithm(algorithmName, out DigestAlgorithm algorithm))
        {
            return false;
        }

        bool auth = qop is not null && qop.Split(',', StringSplitOptions.TrimEntries).Contains("auth", StringComparer.OrdinalIgnoreCase);
        if (qop is not null && !auth)
        {
            return false;
        }

        bool isStale = "true".Equals(stale, StringComparison.OrdinalIgnoreCase);
        value = new DigestChallenge(realm, nonce, opaque, algorithm, algorithmName, auth, isStale);
        return true;
    }

    /// <summary>The first challenge for that realm that can be answered: the server's order is its preference (RFC 8760 §2.4).</summary>
    /// <param name="rows">The challenges.</param>
    /// <param name="realm">The realm; null for any.</param>
    /// <param name="isAka">Whether it is a SIM that answers, rather than a password.</param>
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

    private static bool TryReadParameter(ref AsciiCursor cursor, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? value)
    {
        name = value = null;
        if (!cursor.TryReadToken(out ReadOnlySpan<byte> token))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        if (!cursor.TryRead((byte)'='))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        name = WellKnownText.GetString(token);
        if (cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner))
        {
            value = QuotedString.Unescape(inner);
            return true;
        }

        ReadOnlySpan<byte> rest = Grammar.TrimWhiteSpace(cursor.ReadUntil((byte)','));
        value = WellKnownText.GetString(rest);
        return !rest.IsEmpty && !rest.Contains((byte)'"');
    }

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
