using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>The agent's name in its messages (RFC 3261 §20.35, RFC 3261 §20.41); adds nothing when there is none, or when the message has one.</summary>
internal sealed class ProductName(string? name)
{
    public void AddTo(SipRequest request) => Add(request.Headers, SipHeaderNames.UserAgent);

    public void AddTo(SipResponse response) => Add(response.Headers, SipHeaderNames.Server);

    private void Add(SipHeaders headers, string header)
    {
        if (name is not null && !headers.Contains(header))
        {
            headers.Add(header, name);
        }
    }
}
