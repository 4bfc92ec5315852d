using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Support;

/// <summary>
/// A registrar with the proxy in front of it, over the library's own transport: answers REGISTER as told, and forwards any other request to the contact of the
/// user it is for, without state. Knows of authentication no more than a test needs.
/// </summary>
internal sealed partial class TestRegistrar : ISipTransportReceiver, IAsyncDisposable
{
    private readonly SipTransport _transport;
    private readonly ConcurrentQueue<SipRequest> _registers = [];
    private readonly ConcurrentDictionary<string, List<Binding>> _bindings = new();

    public TestRegistrar(INetwork network, string address = "127.0.0.1", int port = 0, TimeProvider? time = null, TlsOptions? tls = null)
    {
        _transport = SipTransport.Create(network, new SipTransportOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Parse(address), port),
            TimeProvider = time ?? TimeProvider.System,
            Tls = tls ?? TlsOptions.Default,
            TlsPort = 5061,
        });
        _transport.Start(this);
    }

    public IPEndPoint EndPoint => _transport.LocalEndPoint;

    /// <summary>Its address, for UDP unless another transport is asked for.</summary>
    public SipUri Address(string? transport = null) => SipUri.Parse($"sip:{EndPoint}{(transport is null ? null : ";transport=" + transport)}");

    /// <summary>The same as a route.</summary>
    public SipUri Proxy(string? transport = null) => SipUri.Parse($"sip:{EndPoint}{(transport is null ? null : ";transport=" + transport)};lr");

    /// <summary>The REGISTERs that came, in order.</summary>
    public SipRequest[] Registers => [.. _registers];

    /// <summary>The requests that were forwarded.</summary>
    public ConcurrentQueue<SipRequest> Forwarded { get; } = [];

    /// <summary>The password to ask for; null asks for none.</summary>
    public string? Password { get; set; }

    public string Algorithm { get; set; } = "MD5";

    /// <summary>The nonce that is accepted. Another one is stale.</summary>
    public string Nonce { get; set; } = "n1";

    /// <summary>Whether it supports RFC 5626.</summary>
    public bool SupportsOutbound { get; set; }

    /// <summary>What it grants at most, in seconds.</summary>
    public long MostExpiry { get; set; } = 3600;

    /// <summary>Header fields of its 200.</summary>
    public List<(string Name, string Value)> Extra { get; } = [];

    /// <summary>Answers a REGISTER in its place; a null response for none. Gets the number of the REGISTER, from 1, and its usual answer.</summary>
    public Func<int, SipRequest, SipResponse, SipResponse?>? Answer { get; set; }

    /// <summary>Its stream connections.</summary>
    public int Connections => _transport.ConnectionCount;

    /// <summary>How many keep-alives came.</summary>
    public long KeepAlives => _transport.Statistics.KeepAlives;

    public SipUri[] BindingsOf(string user) => [.. Find(user).Select(b => b.Contact.Uri)];

    /// <summary>Waits until that many REGISTERs have come.</summary>
    public async Task<SipRequest[]> WaitForAsync(int count)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        while (_registers.Count < count)
        {
            await Task.Delay(1, patience.Token);
        }

        return Registers;
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    void ISipTransportReceiver.OnConnectionLost(object connection)
    {
    }

    void ISipTransportReceiver.OnMessage(SipMessage message, SipSource source) => _ = Task.Run(() => message is SipRequest request
        ? request.Method == SipMethod.Register ? RegisterAsync(request, source) : ForwardAsync(request, source)
        : ReturnAsync((SipResponse)message));

    private async Task RegisterAsync(SipRequest register, SipSource source)
    {
        _registers.Enqueue(register);
        SipResponse usual = IsAuthorized(register, out bool isStale) ? Accept(register, source) : Challenge(register, isStale);
        SipResponse? answer = Answer is null ? usual : Answer(_registers.Count, register, usual);
        if (answer is not null)
        {
            await _transport.SendAsync(answer, _transport.GetResponseDestination(answer, source), CancellationToken.None);
        }
    }

    private SipResponse Accept(SipRequest register, SipSource source)
    {
        string user = register.Headers.To!.Uri.User!;
        List<Binding> bindings = Find(user);
        bool usesOutbound = false;
        foreach (NameAddress contact in register.Headers.Contacts)
        {
            long expires = Math.Min(MostExpiry, long.Parse(contact.Parameters.GetValue("expires")!, CultureInfo.InvariantCulture));
            bool isFlow = SupportsOutbound && contact.Parameters.Contains("reg-id");
            usesOutbound |= isFlow && expires > 0;
            bindings.RemoveAll(b => b.Contact.Uri.Equals(contact.Uri) || (isFlow && b.IsSameFlow(contact)));
            if (expires > 0)
            {
                bindings.Add(new Binding(contact with { Parameters = contact.Parameters.With("expires", expires.ToString(CultureInfo.InvariantCulture)) }, isFlow ? source : null));
            }
        }

        SipResponse ok = SipResponse.CreateFor(register, 200, toTag: "registrar");
        foreach (Binding binding in bindings)
        {
            ok.Headers.Add("Contact", binding.Contact);
        }

        if (usesOutbound)
        {
            ok.Headers.Add("Require", "outbound");
        }

        Extra.ForEach(row => ok.Headers.Add(row.Name, row.Value));
        return ok;
    }

    private SipResponse Challenge(SipRequest register, bool isStale)
    {
        SipResponse challenge = SipResponse.CreateFor(register, 401, toTag: "registrar");
        challenge.Headers.Add("WWW-Authenticate", $"Digest realm=\"ims.example\", nonce=\"{Nonce}\", qop=\"auth\", algorithm={Algorithm}{(isStale ? ", stale=true" : null)}");
        return challenge;
    }

    [SuppressMessage("Security", "CA5351", Justification = "The algorithm of the challenge.")]
    private bool IsAuthorized(SipRequest register, out bool isStale)
    {
        isStale = false;
        if (Password is null)
        {
            return true;
        }

        if (register.Headers.GetString("Authorization") is not { } given || Of(given, "response").Length == 0)
        {
            return false;
        }

        string hash(string text) => Convert.ToHexStringLower(
            Algorithm == "SHA-256" ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : MD5.HashData(Encoding.UTF8.GetBytes(text)));
        string key = hash($"{Of(given, "username")}:ims.example:{Password}");
        bool isRight = Of(given, "response") == hash($"{key}:{Of(given, "nonce")}:{Of(given, "nc")}:{Of(given, "cnonce")}:auth:{hash($"REGISTER:{Of(given, "uri")}")}");
        isStale = isRight && Of(given, "nonce") != Nonce;
        return isRight && !isStale;
    }

    private static string Of(string header, string name) =>
        Parameters().Matches(header).FirstOrDefault(m => m.Groups[1].Value == name) is { } found ? found.Groups[2].Value.Trim('"') : string.Empty;

    private List<Binding> Find(string user) => _bindings.GetOrAdd(user, static _ => []);

    private async Task ForwardAsync(SipRequest request, SipSource source)
    {
        Forwarded.Enqueue(request.Clone());
        SipRequest copy = request.Clone();
        while (copy.Headers.Routes is [{ Uri: var hop }, ..] && hop.Host == EndPoint.Address.ToString() && hop.Port == EndPoint.Port)
        {
            copy.Headers.RemoveFirst("Route");
        }

        bool isForUser = copy.RequestUri.Host is "ims.example" || copy.RequestUri.Port == EndPoint.Port;
        Binding? binding = isForUser ? Find(copy.RequestUri.User ?? string.Empty).LastOrDefault() : null;
        if (isForUser && binding is null)
        {
            SipResponse refusal = SipResponse.CreateFor(request, 480, toTag: "proxy");
            await _transport.SendAsync(refusal, _transport.GetResponseDestination(refusal, source), CancellationToken.None);
            return;
        }

        copy.RequestUri = binding?.Contact.Uri ?? copy.RequestUri;
        SipDestination next = binding?.Flow is { } flow
            ? new SipDestination(flow.Remote, flow.Protocol, flow.Connection)
            : await _transport.ResolveAsync(copy.RequestUri, 0, CancellationToken.None);
        SipSentBy self = _transport.GetSentBy(next);
        string protocol = next.Protocol.ToString().ToUpperInvariant();

        // Without state, a retransmission must get the same branch (RFC 3261 §16.11).
        string branch = "z9hG4bK" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers.TopVia!.Branch + binding?.Contact.Uri)))[..24];
        copy.Headers.AddFirst("Via", new Via(protocol, self.Host, self.Port, new ParameterList(new Parameter("branch", branch), new Parameter("rport"))));
        await _transport.SendAsync(copy, next, CancellationToken.None);
    }

    private async Task ReturnAsync(SipResponse response)
    {
        response.Headers.RemoveFirst("Via");
        if (response.Headers.TopVia is { } via)
        {
            SipProtocol protocol = Enum.Parse<SipProtocol>(via.Transport, ignoreCase: true);
            var source = new SipSource(new IPEndPoint(via.Received ?? IPAddress.Parse(via.Host), via.RPort ?? via.Port!.Value), protocol);
            await _transport.SendAsync(response, protocol == SipProtocol.Udp ? _transport.GetResponseDestination(response, source) : new SipDestination(source.Remote, protocol), CancellationToken.None);
        }
    }

    [GeneratedRegex("""(\w+)=("[^"]*"|[^,\s]+)""")]
    private static partial Regex Parameters();

    private sealed record Binding(NameAddress Contact, SipSource? Flow)
    {
        public bool IsSameFlow(NameAddress other) => Flow is not null
            && Contact.Parameters.GetValue("+sip.instance") == other.Parameters.GetValue("+sip.instance") && Contact.Parameters.GetValue("reg-id") == other.Parameters.GetValue("reg-id");
    }
}
