using System.Security.Cryptography;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>
/// The To tags of stateless responses: each retransmission of a request gets the same one (RFC 3261 §8.2.7), and no peer can predict it. For any thread.
/// </summary>
internal sealed class StatelessTags
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string For(SipRequest request)
    {
        SipHeaders headers = request.Headers;
        using ScratchWriter named = ScratchWriter.Rent();
        named.WriteUtf8(headers.CallId ?? string.Empty);
        named.WriteByte(0);
        named.WriteUtf8(headers.From!.Tag ?? string.Empty);
        named.WriteByte(0);
        named.WriteNumber(headers.CSeq!.Number);
        named.WriteByte(0);
        named.WriteUtf8(headers.TopVia!.Branch ?? string.Empty);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, named.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
