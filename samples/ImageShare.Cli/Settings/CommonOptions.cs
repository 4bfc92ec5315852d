using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Net;
using System.Text;
using ImageShare.Cli.Accounts;
using ImageShare.Cli.Reporting;
using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Settings;

/// <summary>The options that most commands share, and the settings they result in.</summary>
internal sealed class CommonOptions
{
    public static readonly string[] Transports = ["auto", "udp", "tcp", "tls"];

    public static readonly string[] MediaSecurities = ["none", "offered", "required"];

    public AccountOptions Account { get; } = new();

    public Option<IPEndPoint> Bind { get; } = new("--bind")
    {
        Description = "Address and port to listen on, UDP and TCP; port 0 picks a free one",
        HelpName = "IP:PORT",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 0),
        CustomParser = ParseEndPoint,
    };

    public NatOptions Nat { get; } = new();

    public Option<string> Transport { get; } = OneOf("--transport", "SIP transport: auto is UDP, or TCP above 1300 bytes; a sips target always uses TLS", Transports);

    public TlsFiles Tls { get; } = new();

    public Option<string> SecureMedia { get; } = OneOf("--secure-media", "Images over TLS: none (as in IR.79), offered, or required", MediaSecurities);

    public Option<MsrpUri[]> MsrpRelay { get; } = new("--msrp-relay")
    {
        Description = "MSRP relay for images, e.g. \"msrps://relay.example:2855;tcp\". It uses --user, --password and --tls-trust too. Repeat it for a chain of relays, nearest first",
        HelpName = "URI",
        CustomParser = result => [.. result.Tokens.Select(token => ParseRelay(result, token.Value))],
    };

    public Option<string?> MsrpRelayRealm { get; } = new("--msrp-relay-realm") { Description = "Realm of the MSRP relays (default: the host of each)", HelpName = "REALM" };

    public Option<IPEndPoint[]> NameServer { get; } = new("--name-server")
    {
        Description = "Name server to ask for SIP servers (NAPTR, SRV, A, AAAA) instead of the machine's, e.g. 192.0.2.53 or 127.0.0.1:5353. Repeat it for those to ask when the first does not answer",
        HelpName = "IP[:PORT]",
        CustomParser = result => [.. result.Tokens.Select(token => ParseNameServer(result, token.Value))],
    };

    public Option<ImageShareProfile> Profile { get; } = new("--profile")
    {
        Description = "Dialect to write: " + string.Join(", ", ImageShareProfile.All),
        HelpName = "NAME",
        DefaultValueFactory = _ => ImageShareProfile.Rcs2,
        CustomParser = result => ImageShareProfile.Find(result.Tokens[0].Value)
            ?? Refuse<ImageShareProfile>(result, "is not a profile; choose one of " + string.Join(", ", ImageShareProfile.All)),
        CompletionSources = { _ => ImageShareProfile.All.Select(static profile => new CompletionItem(profile.ToString())) },
    };

    /// <summary>The lowest transfer rate accepted: a receiver measures it per interval, in whole chunks.</summary>
    public const string LeastRate = "a peer of this program gives up what brings less than 64 per second, or less than a chunk (2048) within its --timeout: with --timeout 12, less than 171";

    public Option<int> TimeoutSeconds { get; } = Positive("--timeout", "Seconds to wait for an answer, and for a transfer that does not move", 60);

    public Option<FileInfo?> TraceFile { get; } = new("--trace") { Description = "Write every SIP message and MSRP head to this file: as packets for Wireshark if its name ends in .pcapng, without images and passwords; else as text", HelpName = "FILE" };

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object per line on standard output, and nothing else" };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Say only what failed, on standard error; with --json, leave out states and progress" };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Show each message on the wire as it passes" };

    /// <summary>For the commands that show pictures; they add it themselves.</summary>
    public Option<bool> NoPreview { get; } = new("--no-preview") { Description = "Do not show received images and their icons in the terminal" };

    /// <summary>How they show them.</summary>
    public Option<string> Pictures { get; } =
        OneOf("--pictures", "How to show pictures in the terminal: auto asks it what it can, and takes half blocks if it can show neither sixels nor what kitty shows", PictureStyle.Choices);

    /// <summary>Adds the options of every command that uses the network.</summary>
    public void AddTo(Command command, bool identity = true)
    {
        Account.AddTo(command, identity);
        foreach (Option option in (Option[])[Bind, .. Nat.Options, Transport, .. Tls.Options, SecureMedia, MsrpRelay, MsrpRelayRealm, NameServer, Profile, TimeoutSeconds, TraceFile, Json, Quiet, Verbose])
        {
            command.Add(option);
        }
    }

    public ImageShareOptions ToClientOptions(ParseResult parsed, Action<ImageShareTraceEvent>? trace, SipUri? identity = null, bool registers = false)
    {
        Account account = Account.Load(parsed, identity);
        SipUri self = account.Identity!;
        string? user = account.User ?? self.User;
        TlsOptions tls = Tls.Load(parsed, account.TlsTrust);
        MsrpUri[] relays = parsed.GetValue(MsrpRelay) is { Length: > 0 } given ? given : account.MsrpRelays;
        if (relays.Length > 0 && (user is null || account.Password is null))
        {
            throw new UsageException("--msrp-relay needs --user and a password: a relay requires authentication.");
        }

        string? realm = parsed.GetValue(MsrpRelayRealm) ?? account.MsrpRelayRealm;
        TimeSpan timeout = TimeSpan.FromSeconds(parsed.GetValue(TimeoutSeconds));
        var options = new ImageShareOptions
        {
            Identity = self,
            Registration = registers || account.Registrar is not null ? account.ToRegistration() : null,
            LocalEndPoint = Given(parsed, Bind, account.Bind),
            Resolver = parsed.GetValue(NameServer) is { Length: > 0 } servers ? new DnsSipResolver(servers) : null,
            Route = account.Proxy is { } proxy ? [proxy] : [],
            Transport = Given(parsed, Transport, account.Transport) switch
            {
                "udp" => SipTransportChoice.Udp,
                "tcp" => SipTransportChoice.Tcp,
                "tls" => SipTransportChoice.Tls,
                _ => SipTransportChoice.BySize,
            },
            SipTls = tls,
            SipTlsPort = parsed.GetValue(Tls.Port),
            SipTlsHost = parsed.GetValue(Tls.Host),
            MsrpSecurity = Given(parsed, SecureMedia, account.SecureMedia) switch
            {
                "offered" => MsrpSecurity.Offered,
                "required" => MsrpSecurity.Required,
                _ => MsrpSecurity.None,
            },
            MsrpTls = TlsOptions.Default with { TrustedRoots = tls.TrustedRoots },
            MsrpRelays = [.. relays.Select(uri => new MsrpRelay(uri, user!, account.Password!, realm))],
            Credentials = user is not null && account.Password is { } password ? new SipCredentials(user, password, account.Realm) : null,
            Profile = Given(parsed, Profile, account.Profile),
            Limits = ImageShareLimits.Default with
            {
                AnswerTimeout = timeout,
                IdleTimeout = timeout,
                MsrpConnectTimeout = timeout < ImageShareLimits.Default.MsrpConnectTimeout ? timeout : ImageShareLimits.Default.MsrpConnectTimeout,
            },
            Trace = trace,
        };
        return Nat.ApplyTo(options, parsed, account.Advertise);
    }

    // The command line, then the account, then the default.
    private static T Given<T>(ParseResult parsed, Option<T> option, T? ofAccount)
        where T : class => parsed.GetResult(option) is { Implicit: false } || ofAccount is null ? parsed.GetRequiredValue(option) : ofAccount;

    public static Option<int> Positive(string name, string description, int value) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => value,
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int number) && number > 0
            ? number
            : Refuse<int>(result, "is not a number above 0"),
    };

    public static Option<int?> Count(string description) => new("--count")
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int number) && number > 0
            ? number
            : Refuse<int?>(result, "is not a number above 0"),
    };

    public static Option<MediaType?> TypeOfImage(string description) => new("--type")
    {
        Description = description,
        HelpName = "TYPE",
        CustomParser = result => MediaType.TryParse(Encoding.UTF8.GetBytes(result.Tokens[0].Value), out MediaType? value)
            ? value
            : Refuse<MediaType?>(result, "is not a media type such as image/png"),
    };

    public static Option<bool> NoQuery() => new("--no-query") { Description = "Invite without querying the peer's capabilities first" };

    public static Option<DirectoryInfo> Inbox() => new("--inbox")
    {
        Description = "Folder for received images",
        HelpName = "DIR",
        DefaultValueFactory = _ => new DirectoryInfo("inbox"),
    };

    public static Option<long?> Bytes(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "BYTES",
        CustomParser = result => long.TryParse(result.Tokens[0].Value, out long number) && number > 0
            ? number
            : Refuse<long?>(result, "is not a number of bytes above 0"),
    };

    public static Option<string> OneOf(string name, string description, params string[] values)
    {
        Option<string> option = OneOfOrNone(name, description, values)!;
        option.DefaultValueFactory = _ => values[0];
        return option;
    }

    public static Option<string?> OneOfOrNone(string name, string description, params string[] values) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', values),
        CustomParser = result => values.Contains(result.Tokens[0].Value)
            ? result.Tokens[0].Value
            : Refuse<string?>(result, "is not one of " + string.Join(", ", values)),
        CompletionSources = { values },
    };

    public static SipUri ParseUri(ArgumentResult result) =>
        SipUri.TryParse(result.Tokens[0].Value, out SipUri? uri) && uri.IsSip
            ? uri
            : Refuse<SipUri>(result, "is not a SIP URI such as sip:bob@127.0.0.1:5070");

    private static MsrpUri ParseRelay(ArgumentResult result, string text)
    {
        if (MsrpUri.TryParse(Encoding.UTF8.GetBytes(text), out MsrpUri? uri) && uri.IsSecure)
        {
            return uri;
        }

        result.AddError($"--msrp-relay: '{text}' is not an msrps URI such as msrps://relay.example:2855;tcp.");
        return null!;
    }

    private static IPEndPoint ParseNameServer(ArgumentResult result, string text)
    {
        if (IPEndPoint.TryParse(text, out IPEndPoint? server))
        {
            return server.Port == 0 ? new IPEndPoint(server.Address, 53) : server;
        }

        result.AddError($"--name-server: '{text}' is not an address such as 192.0.2.53, 127.0.0.1:5353 or [::1]:5353.");
        return null!;
    }

    private static IPEndPoint ParseEndPoint(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        return IPEndPoint.TryParse(text, out IPEndPoint? endPoint)
            ? endPoint
            : Refuse<IPEndPoint>(result, "is not an address and port such as 127.0.0.1:5070 or [::1]:5070");
    }

    /// <summary>Reports which option has an invalid value, and what is valid.</summary>
    public static T Refuse<T>(ArgumentResult result, string reason)
    {
        string option = result.Parent is OptionResult given ? given.Option.Name + ": " : string.Empty;
        result.AddError($"{option}'{result.Tokens[0].Value}' {reason}.");
        return default!;
    }
}
