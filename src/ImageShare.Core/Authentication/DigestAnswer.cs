using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Authentication;

/// <summary>The response to a <see cref="DigestChallenge"/>: the value of Authorization or Proxy-Authorization (RFC 7616 §3.4, RFC 8760 §2).</summary>
/// <param name="Challenge">The challenge.</param>
/// <param name="Method">The method of the request.</param>
/// <param name="Uri">The Request-URI as sent.</param>
/// <param name="NonceCount">The number of requests sent with this nonce, including this one.</param>
/// <param name="ClientNonce">The random client nonce.</param>
internal readonly record struct DigestAnswer(DigestChallenge Challenge, string Method, string Uri, uint NonceCount, string ClientNonce)
{
    /// <summary>The challenge, without any secret.</summary>
    public override string ToString() => $"answer to a {Challenge}";

    /// <summary>The complete header value. It is a secret while the nonce is valid: never log it.</summary>
    /// <param name="user">The user name.</param>
    /// <param name="secret">The password in UTF-8, or the SIM's result for the challenge.</param>
    /// <param name="auts">The SIM's resynchronization token; empty if there is none (RFC 3310 §3.4).</param>
    public string Write(string user, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> auts = default)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write("Digest username="u8);
        QuotedString.Write(output, user);
        WriteQuoted(output, ", realm="u8, Challenge.Realm);
        WriteQuoted(output, ", nonce="u8, Challenge.Nonce);
        WriteQuoted(output, ", uri="u8, Uri);
        WriteQuoted(output, ", response="u8, ComputeResponse(user, secret));
        if (Challenge.AlgorithmName is not null)
        {
            output.Write(Challenge.Algorithm switch
            {
                DigestAlgorithm.Sha256 => ", algorithm=SHA-256"u8,
                DigestAlgorithm.AkaV1Md5 => ", algorithm=AKAv1-MD5"u8,
                _ => ", algorithm=MD5"u8,
            });
        }

        if (Challenge.HasQop)
        {
            WriteQuoted(output, ", cnonce="u8, ClientNonce);
            output.Write(", qop=auth, nc="u8);
            output.WriteUtf8(Count);
        }

        if (Challenge.Opaque is not null)
        {
            WriteQuoted(output, ", opaque="u8, Challenge.Opaque);
        }

        if (!auts.IsEmpty)
        {
            WriteQuoted(output, ", auts="u8, Convert.ToBase64String(auts));
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Computes the <c>response</c> parameter in lower-case hex.</summary>
    public string ComputeResponse(string user, ReadOnlySpan<byte> secret)
    {
        // A SIM's result is binary and is hashed as it is (RFC 3310 §3.3).
        string key = Hash([.. Encoding.UTF8.GetBytes($"{user}:{Challenge.Realm}:"), .. secret]);
        string request = Hash(Encoding.UTF8.GetBytes($"{Method}:{Uri}"));
        return Hash(Encoding.UTF8.GetBytes(Challenge.HasQop
            ? $"{key}:{Challenge.Nonce}:{Count}:{ClientNonce}:auth:{request}"
            : $"{key}:{Challenge.Nonce}:{request}"));
    }

    private string Count => NonceCount.ToString("x8", CultureInfo.InvariantCulture);

    [SuppressMessage("Security", "CA5351", Justification = "RFC 3261 §22.4 requires MD5; SHA-256 is used if the server lists it first.")]
    private string Hash(byte[] bytes)
    {
        string hash = Convert.ToHexStringLower(Challenge.Algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(bytes) : MD5.HashData(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return hash;
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        output.Write(name);
        QuotedString.Write(output, value);
    }
}
