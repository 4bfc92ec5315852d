using System.CommandLine;

namespace ImageShare.Cli.Help;

/// <summary>Under which heading the help shows an option: those of a command alone come first.</summary>
internal static class OptionGroups
{
    public const string Own = "Options";

    public static readonly string[] All = [Own, "Who you are", "Network", "Behind a NAT", "TLS", "MSRP relays", "Output"];

    public static string Of(Option option) => option.Name switch
    {
        "--identity" or "--account" or "--register" or "--expires" or "--proxy" or "--user" or "--password" or "--password-file" or "--realm" => "Who you are",
        "--bind" or "--transport" or "--name-server" or "--msrp-port" or "--msrps-port" or "--profile" or "--timeout" => "Network",
        "--advertise" or "--advertise-tls" or "--advertise-msrp" or "--advertise-msrps" or "--msrp-keep-alive" => "Behind a NAT",
        "--tls-cert" or "--tls-key" or "--tls-trust" or "--tls-port" or "--tls-host" or "--secure-media" => "TLS",
        "--msrp-relay" or "--msrp-relay-realm" => "MSRP relays",
        "--json" or "--quiet" or "--verbose" or "--trace" or "--help" or "--version" => "Output",
        _ => Own,
    };
}
