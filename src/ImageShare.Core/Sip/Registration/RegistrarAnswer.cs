using System.Collections.Immutable;
using System.Net;
using System.Text;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Registration;

/// <summary>What a 200 of a registrar says (RFC 3261 §10.2.4). Immutable. A registrar may write anything: nothing here grows beyond a bound, and nothing throws.</summary>
internal sealed record RegistrarAnswer
{
    /// <summary>How many bindings are kept for display. Those of the user's other devices are few.</summary>
    public const int MostBindings = 100;

    private const int MostRoutes = 32;

    // RFC 3261 §20.10: an unreadable value counts as 3600.
    private static readonly TimeSpan UnreadableExpiry = TimeSpan.FromHours(1);

    /// <summary>The binding of this side; null when the registrar has none.</summary>
    public SipBinding? Own { get; private init; }

    public IReadOnlyList<SipBinding> Bindings { get; private init; } = [];

    public int BindingCount { get; private init; }

    public IReadOnlyList<SipUri> ServiceRoute { get; private init; } = [];

    public IReadOnlyList<SipUri> AssociatedUris { get; private init; } = [];

    /// <summary>Whether requests come on the connection the REGISTER was sent on (RFC 5626 §6: <c>Require: outbound</c>).</summary>
    public bool UsesOutbound { get; private init; }

    /// <summary>The longest silence on that connection (RFC 5626 §4.4); null when the registrar does not say.</summary>
    public TimeSpan? FlowTimer { get; private init; }

    /// <summary>Whether the loss of the connection makes this side unreachable.</summary>
    public bool IsBoundToFlow { get; private init; }

    public IPEndPoint? LearntAddress { get; private init; }

    public bool IsBehindNat { get; private init; }

    /// <summary>Whether the NAT in between forgets the binding unless it is refreshed often.</summary>
    public bool NeedsNatRefresh { get; private init; }

    /// <summary>Reads a 2xx.</summary>
    public static RegistrarAnswer Read(SipResponse response, SentRegister sent)
    {
        TimeSpan? general = SecondsIn(response.Headers, SipHeaderNames.Expires);
        IReadOnlyList<NameAddress> contacts = response.Headers.Contacts;
        int own = FindOwn(contacts, sent.Contact);
        SipBinding Bind(int index) => new(contacts[index], ExpiryOf(contacts[index], general ?? sent.Expiry), index == own);
        ImmutableArray<SipBinding> bindings = [.. Enumerable.Range(0, Math.Min(contacts.Count, MostBindings)).Select(Bind)];
        IPEndPoint? learnt = LearntFrom(response.Headers.TopVia);
        bool isBehindNat = learnt is not null && IsElsewhere(learnt, sent);
        bool usesOutbound = sent.Contact.Parameters.Contains("reg-id") && response.Headers.Require.Contains(SipExtensions.Outbound, StringComparer.OrdinalIgnoreCase);
        return new RegistrarAnswer
        {
            Own = own < 0 ? null : Bind(own),
            Bindings = bindings,
            BindingCount = contacts.Count,
            ServiceRoute = Routes(response.Headers),
            AssociatedUris = Associated(response.Headers),
            UsesOutbound = usesOutbound,
            IsBoundToFlow = usesOutbound || sent.IsFlowOnly,
            FlowTimer = usesOutbound ? SecondsIn(response.Headers, "Flow-Timer") : null,
            LearntAddress = learnt,
            IsBehindNat = isBehindNat,
            NeedsNatRefresh = isBehindNat && sent.IsDatagram,
        };
    }

    /// <summary>A number of seconds in a header; null when absent or unreadable. One too large for a number counts as unreadable (RFC 3261 §20.10).</summary>
    public static TimeSpan? SecondsIn(SipHeaders headers, string name) => headers.GetString(name) is { } text ? Seconds(text) : null;

    // RFC 3261 §10.2.4: by the comparison of URIs. A binding whose URI was rewritten is found by device and flow (RFC 5626 §6).
    private static int FindOwn(IReadOnlyList<NameAddress> contacts, NameAddress sent)
    {
        for (int i = 0; i < contacts.Count; i++)
        {
            if (contacts[i].Uri.Equals(sent.Uri))
            {
                return i;
            }
        }

        for (int i = 0; i < contacts.Count; i++)
        {
            if (IsSameFlow(contacts[i].Parameters, sent.Parameters))
            {
                return i;
            }
        }

        return -1;
    }

    // Without reg-id, an old binding of this device with another address would look the same.
    private static bool IsSameFlow(ParameterList one, ParameterList other) =>
        other.GetValue("reg-id") is { } flow && one.GetValue("reg-id") == flow
        && other.GetValue("+sip.instance") is { } instance && string.Equals(one.GetValue("+sip.instance"), instance, StringComparison.OrdinalIgnoreCase);

    private static TimeSpan ExpiryOf(NameAddress contact, TimeSpan general) => contact.Parameters.TryGet("expires", out Parameter expires)
        ? Seconds(expires.Value ?? string.Empty) ?? UnreadableExpiry
        : general;

    private static TimeSpan? Seconds(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        int length = digits.IndexOfAnyExceptInRange('0', '9');
        return uint.TryParse(length < 0 ? digits : digits[..length], out uint seconds) ? TimeSpan.FromSeconds(seconds) : null;
    }

    // RFC 3608 §6.1. A list that is unreadable or longer than any network's is not used at all, because a part of it leads nowhere.
    private static ImmutableArray<SipUri> Routes(SipHeaders headers) =>
        headers.ServiceRoutes is { Count: <= MostRoutes } routes ? [.. routes.Select(static hop => hop.Uri)] : [];

    private static ImmutableArray<SipUri> Associated(SipHeaders headers)
    {
        ImmutableArray<SipUri>.Builder uris = ImmutableArray.CreateBuilder<SipUri>();
        foreach (string value in headers.GetStrings(SipHeaderNames.PAssociatedUri))
        {
            if (uris.Count < MostBindings && NameAddress.TryParse(Encoding.UTF8.GetBytes(value), out NameAddress? address))
            {
                uris.Add(address.Uri);
            }
        }

        return uris.ToImmutable();
    }

    // RFC 3261 §18.2.1: without received, the address is the one that was sent.
    private static IPEndPoint? LearntFrom(Via? via) =>
        via is null || (via.Received is null && via.RPort is null) || (via.Received ?? AddressOf(via.Host)) is not { } address
            ? null
            : new IPEndPoint(address, via.RPort ?? via.Port ?? 0);

    // A connection has a port of its own, so its port says nothing.
    private static bool IsElsewhere(IPEndPoint learnt, SentRegister sent) =>
        AddressOf(sent.Via.Host) is { } own && (!learnt.Address.Equals(own) || (sent.IsDatagram && learnt.Port != 0 && learnt.Port != (sent.Via.Port ?? HostPort.DefaultPort(isTls: false))));

    private static IPAddress? AddressOf(string host) => IPAddress.TryParse(host, out IPAddress? address) ? address : null;
}
