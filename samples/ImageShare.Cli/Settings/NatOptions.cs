using System.CommandLine;
using System.CommandLine.Parsing;
using ImageShare.Core;

namespace ImageShare.Cli.Settings;

/// <summary>The options of a client behind a NAT: what it tells its peers instead of what it is bound to, and what keeps its bindings.</summary>
internal sealed class NatOptions
{
    public Option<AdvertisedAddress?> Advertise { get; } = new("--advertise")
    {
        Description = "Address or host name, and SIP port, to tell peers if they are not those of --bind: those of a NAT that forwards to this side",
        HelpName = "HOST[:PORT]",
        CustomParser = ParseAdvertised,
    };

    public Option<int?> AdvertisedTlsPort { get; } = PublicPort("--advertise-tls", "SIP over TLS");

    public Option<int?> AdvertisedMsrpPort { get; } = PublicPort("--advertise-msrp", "images (see --msrp-port)");

    public Option<int?> AdvertisedMsrpsPort { get; } = PublicPort("--advertise-msrps", "images over TLS (see --msrps-port)");

    public Option<int> MsrpPort { get; } = BoundPort("--msrp-port", "images");

    public Option<int> MsrpsPort { get; } = BoundPort("--msrps-port", "images over TLS");

    public Option<int?> MsrpKeepAlive { get; } = new("--msrp-keep-alive")
    {
        Description = "Seconds after which an idle connection for images gets a sign of life, so that a NAT does not forget it (default: none)",
        HelpName = "N",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int seconds) && seconds is >= 5 and <= 604800
            ? seconds
            : CommonOptions.Refuse<int?>(result, "is not a number of seconds from 5 to 604800"),
    };

    public Option[] Options => [Advertise, AdvertisedTlsPort, AdvertisedMsrpPort, AdvertisedMsrpsPort, MsrpPort, MsrpsPort, MsrpKeepAlive];

    public ImageShareOptions ApplyTo(ImageShareOptions options, ParseResult parsed, AdvertisedAddress? ofAccount = null)
    {
        AdvertisedAddress advertised = (parsed.GetValue(Advertise) ?? ofAccount ?? new AdvertisedAddress()) with
        {
            SipTlsPort = parsed.GetValue(AdvertisedTlsPort),
            MsrpPort = parsed.GetValue(AdvertisedMsrpPort),
            MsrpTlsPort = parsed.GetValue(AdvertisedMsrpsPort),
        };
        return options with
        {
            Advertised = advertised,
            MsrpPort = parsed.GetValue(MsrpPort),
            MsrpTlsPort = parsed.GetValue(MsrpsPort),
            MsrpKeepAlive = parsed.GetValue(MsrpKeepAlive) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static Option<int?> PublicPort(string name, string what) => new(name)
    {
        Description = $"Port to tell peers for {what}, if it is not the bound one",
        HelpName = "PORT",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int port) && port is > 0 and <= 65535
            ? port
            : CommonOptions.Refuse<int?>(result, "is not a port from 1 to 65535"),
    };

    private static Option<int> BoundPort(string name, string what) => new(name)
    {
        Description = $"Port to listen on for {what}, at the address of --bind; 0 picks a free one",
        HelpName = "PORT",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int port) && port is >= 0 and <= 65535
            ? port
            : CommonOptions.Refuse<int>(result, "is not a port from 0 to 65535"),
    };

    private static AdvertisedAddress? ParseAdvertised(ArgumentResult result) =>
        Parse(result.Tokens[0].Value, out string reason) ?? CommonOptions.Refuse<AdvertisedAddress?>(result, reason);

    /// <summary>Reads HOST[:PORT]; null if it is none, and then the reason says why.</summary>
    public static AdvertisedAddress? Parse(string text, out string reason)
    {
        // A colon before a port follows a name, an IPv4 address, or the bracket of an IPv6 address.
        reason = "does not end in a port from 1 to 65535";
        int colon = text.LastIndexOf(':');
        bool hasPort = colon > 0 && (text.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']');
        int port = 0;
        if (hasPort && !(int.TryParse(text.AsSpan(colon + 1), out port) && port is > 0 and <= 65535))
        {
            return null;
        }

        try
        {
            return new AdvertisedAddress(hasPort ? text[..colon] : text) { SipPort = hasPort ? port : null };
        }
        catch (ArgumentException)
        {
            reason = "is no address or host name that a peer can reach, such as 203.0.113.5, [2001:db8::5]:5060 or share.example.net:5060";
            return null;
        }
    }
}
