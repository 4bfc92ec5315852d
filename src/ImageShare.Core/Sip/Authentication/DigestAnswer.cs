using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Authentication;

/// <summary>The answer to a <see cref="DigestChallenge"/>: the value of Authorization or Proxy-Authorization (RFC 7616 §3.4, RFC 8760 §2).</summary>
/// <param name="Challenge">What is answered.</param>
/// <param name="Method">The method of the request.</param>
/// <param name="Uri">The Request-URI as it is sent.</param>
/// <param name="NonceCount">How many requests were sent with this nonce, this one included.</param>
/// <param name="ClientNonce">Our own random part.</param>
internal readonly record struct DigestAnswer(DigestChallenge Challenge, string Method, string Uri, uint NonceCount, string ClientNonce)
{
    /// <summary>The whole header value. It is a secret as long as the nonce lives: never to be logged.</summary>
    public string Write(string user, string password)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write("Digest username="u8);
        QuotedString.Write(output, user);
        WriteQuoted(output, ", realm="u8, Challenge.Realm);
        WriteQuoted(output, ", nonce="u8, Challenge.Nonce);
        WriteQuoted(output, ", uri="u8, Uri);
        WriteQuoted(output, ", response="u8, ComputeResponse(user, password));
        if (Challenge.AlgorithmName is not null)
        {
            output.Write(Challenge.Algorithm == DigestAlgorithm.Sha256 ? ", algorithm=SHA-256"u8 : ", algorithm=MD5"u8);
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

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The <c>response</c> parameter: lower-case hex.</summary>
    public string ComputeResponse(string user, string password)
    {
        string secret = Hash($"{user}:{Challenge.Realm}:{password}");
        string request = Hash($"{Method}:{Uri}");
        return Hash(Challenge.HasQop
            ? $"{secret}:{Challenge.Nonce}:{Count}:{ClientNonce}:auth:{request}"
            : $"{secret}:{Challenge.Nonce}:{request}");
    }

    private string Count => NonceCount.ToString("x8", CultureInfo.InvariantCulture);

    [SuppressMessage("Security", "CA5351", Justification = "MD5 is what RFC 3261 §22.4 asks for; SHA-256 is taken when the server lists it first.")]
    private string Hash(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexStringLower(Challenge.Algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(octets) : MD5.HashData(octets));
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        output.Write(name);
        QuotedString.Write(output, value);
    }
}
