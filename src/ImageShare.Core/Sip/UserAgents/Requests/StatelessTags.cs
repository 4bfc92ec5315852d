using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Sip.Messages;

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
        string named = $"{headers.CallId}\0{headers.From!.Tag}\0{headers.CSeq!.Number}\0{headers.TopVia!.Branch}";
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(named), hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
