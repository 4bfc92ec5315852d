using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Authentication;

/// <summary>The answer to a <see cref="DigestChallenge"/>: the value of Authorization or Proxy-Authorization (RFC 7616 §3.4, RFC 8760 §2).</summary>
/// <param name="Challenge">What is answered.</param>
/// <param name="Method">The method of the request.</param>
/// <param name="Uri">The Request-URI as it is sent.</param>
/// <param name="NonceCount">How many requests were sent with this nonce, this one included.</param>
/// <param name="ClientNonce">Our own random part.</param>
internal readonly record struct DigestAnswer(DigestChallenge Challenge, string Method, string Uri, uint NonceCount, string ClientNonce)
{
    /// <summary>What is answered; never with what.</summary>
    public override string ToString() => $"answer to a {Challenge}";

    /// <summary>The whole header value. It is a secret as long as the nonce lives: never to be logged.</summary>
    /// <param name="user">The user name.</param>
    /// <param name="secret">The password in UTF-8, or what the SIM made of the challenge.</param>
    /// <param name="auts">What the SIM wants to be in step with the network again; empty for nothing (RFC 3310 §3.4).</param>
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

    /// <summary>The <c>response</c> parameter: lower-case hex.</summary>
    public string ComputeResponse(string user, ReadOnlySpan<byte> secret)
    {
        // What a SIM gives is octets, not text: it is hashed as it is (RFC 3310 §3.3).
        string key = Hash([.. Encoding.UTF8.GetBytes($"{user}:{Challenge.Realm}:"), .. secret]);
        string request = Hash(Encoding.UTF8.GetBytes($"{Method}:{Uri}"));
        return Hash(Encoding.UTF8.GetBytes(Challenge.HasQop
            ? $"{key}:{Challenge.Nonce}:{Count}:{ClientNonce}:auth:{request}"
            : $"{key}:{Challenge.Nonce}:{request}"));
    }

    private string Count => NonceCount.ToString("x8", CultureInfo.InvariantCulture);

    [SuppressMessage("Security", "CA5351", Justification = "MD5 is what RFC 3261 §22.4 asks for; SHA-256 is taken when the server lists it first.")]
    private string Hash(byte[] octets)
    {
        string hash = Convert.ToHexStringLower(Challenge.Algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(octets) : MD5.HashData(octets));
        CryptographicOperations.ZeroMemory(octets);
        return hash;
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        output.Write(name);
        QuotedString.Write(output, value);
    }
}
