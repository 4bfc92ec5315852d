using System.Net;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Support;

/// <summary>A phone that says exactly what a test tells it to, in SIP over UDP and in MSRP, and knows no rules.</summary>
internal sealed class RawPhone : IAsyncDisposable
{
    private readonly INetwork _network;
    private readonly IDatagramSocket _socket;
    private readonly IStreamListener _listener;

    public RawPhone(INetwork network)
    {
        _network = network;
        _socket = network.BindDatagram(new IPEndPoint(IPAddress.Loopback, 0));
        _listener = network.Listen(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public Core.Sip.SipUri Address => Core.Sip.SipUri.Parse($"sip:mallory@{_socket.LocalEndPoint}");

    /// <summary>The path of its one MSRP session.</summary>
    public string Path => $"msrp://{_listener.LocalEndPoint}/aaaabbbbccccddddeeee;tcp";

    public int MsrpPort => _listener.LocalEndPoint.Port;

    /// <summary>An offer or an answer; what is given last wins.</summary>
    public string Sdp(string attributes, string? media = null, string connection = "c=IN IP4 127.0.0.1\r\n") =>
        $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n{connection}t=0 0\r\n{media ?? $"m=message {MsrpPort} TCP/MSRP *\r\n"}{attributes}";

    /// <summary>An offer of an image of so many octets.</summary>
    public string Offer(string selector, string setup = "actpass") =>
        Sdp($"a=sendonly\r\na=accept-types:*\r\na=path:{Path}\r\na=setup:{setup}\r\na=file-selector:{selector}\r\na=file-transfer-id:{Guid.NewGuid():N}\r\n");

    /// <summary>An answer that takes what was offered.</summary>
    public string Answer(string setup = "passive", string? path = null) =>
        Sdp($"a=recvonly\r\na=accept-types:*\r\na=path:{path ?? Path}\r\na=setup:{setup}\r\n");

    public Task SendAsync(Core.Sip.SipUri to, string message) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message), new IPEndPoint(IPAddress.Parse(to.Host), to.Port!.Value), CancellationToken.None).AsTask();

    public string Request(string method, Core.Sip.SipUri to, string callId, string? toTag = null, int number = 1, string? body = null, string extra = "", string? branch = null)
    {
        if (body is not null && !extra.Contains("Content-Type", StringComparison.Ordinal))
        {
            extra += "Content-Type: application/sdp\r\n";
        }

        return $"{method} {to} SIP/2.0\r\nVia: SIP/2.0/UDP {_socket.LocalEndPoint};branch=z9hG4bK{branch ?? Guid.NewGuid().ToString("N")};rport\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:mallory@example.com>;tag=m{callId}\r\nTo: <{to}>{(toTag is null ? null : ";tag=" + toTag)}\r\nCall-ID: {callId}\r\n"
            + $"CSeq: {number} {method}\r\nContact: <{Address}>\r\n{extra}Content-Length: {Encoding.UTF8.GetByteCount(body ?? string.Empty)}\r\n\r\n{body}";
    }

    /// <summary>Answers a request that came.</summary>
    public Task RespondAsync(string request, string status, string? body = null, string extra = "") =>
        SendAsync(SentBy(request), Response(request, status, body, extra));

    /// <summary>What <see cref="RespondAsync"/> sends.</summary>
    public string Response(string request, string status, string? body = null, string extra = "")
    {
        if (body is not null && !extra.Contains("Content-Type", StringComparison.Ordinal))
        {
            extra += "Content-Type: application/sdp\r\n";
        }

        string to = Header(request, "To");
        return $"SIP/2.0 {status}\r\nVia: {Header(request, "Via")}\r\nFrom: {Header(request, "From")}\r\nTo: {(to.Contains("tag=", StringComparison.Ordinal) ? to : to + ";tag=mallory")}\r\n"
            + $"Call-ID: {Header(request, "Call-ID")}\r\nCSeq: {Header(request, "CSeq")}\r\nContact: <{Address}>\r\n{extra}Content-Length: {Encoding.UTF8.GetByteCount(body ?? string.Empty)}\r\n\r\n{body}";
    }

    /// <summary>The next message whose start line begins so; what comes before is dropped.</summary>
    public async Task<string> ReceiveAsync(string startsWith, string? callId = null)
    {
        byte[] buffer = new byte[65536];
        while (true)
        {
            ReceivedDatagram received = await _socket.ReceiveAsync(buffer, CancellationToken.None).AsTask().WaitAsync(SharePair.Patience);
            string message = Encoding.UTF8.GetString(buffer, 0, received.Length);
            if (message.StartsWith(startsWith, StringComparison.Ordinal) && (callId is null || Header(message, "Call-ID") == callId))
            {
                return message;
            }
        }
    }

    /// <summary>Invites; returns the final response, and acknowledges it.</summary>
    public async Task<string> InviteAsync(Core.Sip.SipUri to, string callId, string? body, string extra = "")
    {
        string branch = Guid.NewGuid().ToString("N");
        await SendAsync(to, Request("INVITE", to, callId, body: body, extra: extra, branch: branch));
        return await FinishInviteAsync(to, callId, branch);
    }

    public async Task<string> FinishInviteAsync(Core.Sip.SipUri to, string callId, string? branch = null)
    {
        string response;
        do
        {
            response = await ReceiveAsync("SIP/2.0 ", callId);
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !Header(response, "CSeq").EndsWith("INVITE", StringComparison.Ordinal));
        bool accepted = response.StartsWith("SIP/2.0 2", StringComparison.Ordinal);
        await SendAsync(to, Request("ACK", to, callId, TagOf(response), branch: accepted ? null : branch));
        return response;
    }

    /// <summary>Ends a session it began.</summary>
    public Task ByeAsync(Core.Sip.SipUri to, string callId, string response) => SendAsync(to, Request("BYE", to, callId, TagOf(response), number: 9));

    /// <summary>Dials the MSRP session named in a session description.</summary>
    public async Task<(RawMsrpPeer Peer, Core.Msrp.MsrpUri To)> DialAsync(string sipMessage)
    {
        Core.Msrp.MsrpUri uri = Core.Msrp.MsrpUri.Parse(Line(sipMessage, "a=path:"));
        return (await RawMsrpPeer.DialAsync(_network, new IPEndPoint(uri.Address!, uri.Port!.Value)), uri);
    }

    /// <summary>Takes the next MSRP connection.</summary>
    public async Task<RawMsrpPeer> AcceptAsync() => new((await _listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(SharePair.Patience))!);

    public static string Header(string message, string name) => Line(message, name + ": ");

    public static string TagOf(string response) => Header(response, "To").Split("tag=")[1];

    public static string Line(string text, string begin) => text.Split("\r\n").First(l => l.StartsWith(begin, StringComparison.Ordinal))[begin.Length..];

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        await _listener.DisposeAsync();
    }

    private static Core.Sip.SipUri SentBy(string request) => Core.Sip.SipUri.Parse("sip:" + Header(request, "Via").Split(' ')[1].Split(';')[0]);
}
