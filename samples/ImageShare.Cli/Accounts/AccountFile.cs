using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Accounts;

/// <summary>The file of --account: one JSON object, whose members are listed in docs/registration.md. Comments and a trailing comma are allowed.</summary>
internal static class AccountFile
{
    public const int ShortestExpiry = 10;
    public const int LongestExpiry = 7 * 24 * 3600;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="UsageException">It cannot be read, or a member is unknown, given twice or wrong: the message names it.</exception>
    public static Account Read(FileInfo file)
    {
        string text = SecretFile.Read(file, static text => text.Contains("\"password\"", StringComparison.OrdinalIgnoreCase));
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ReadObject(document.RootElement, file)
                : throw new FormatException("it is not a JSON object");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // The message of a JsonException may quote the file, which may be a password given by mistake.
            string reason = e is JsonException json ? string.Create(CultureInfo.InvariantCulture, $"it is not JSON from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1} on") : e.Message;
            throw new UsageException($"{Shown.Text(file.Name)}: {Shown.Text(reason)}. docs/registration.md shows an account.");
        }
    }

    private static Account ReadObject(JsonElement members, FileInfo file)
    {
        var account = new Account();
        var seen = new HashSet<string>();
        foreach (JsonProperty member in members.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                throw new FormatException($"'{member.Name}' is given twice");
            }

            account = With(account, member, file);
        }

        return account.Identity is null ? throw new FormatException("'identity' is missing: who you are, e.g. \"sip:alice@provider.example\"")
            : seen.IsSupersetOf(["password", "passwordFile"]) ? throw new FormatException("'password' and 'passwordFile' are both given; keep one")
            : account;
    }

    private static Account With(Account account, JsonProperty member, FileInfo file) => member.Name switch
    {
        "identity" => account with { Identity = Uri(member) },
        "registrar" => account with { Registrar = Uri(member) },
        "proxy" => account with { Proxy = Uri(member) },
        "user" => account with { User = Text(member) },
        "realm" => account with { Realm = Text(member) },
        "password" => account with { Password = Text(member) },
        "passwordFile" => account with { Password = SecretFile.ReadPassword(Beside(member, file)) },
        "transport" => account with { Transport = OneOf(member, CommonOptions.Transports) },
        "expires" => account with { Expires = Seconds(member) },
        "instance" => account with { Instance = Instance(member) },
        "ims" => account with { IsIms = member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Value.GetBoolean() : throw Wrong(member, "true or false") },
        "bind" => account with { Bind = IPEndPoint.TryParse(Text(member), out IPEndPoint? bind) ? bind : throw Wrong(member, "an address and port such as \"192.0.2.1:5070\"") },
        "advertise" => account with { Advertise = NatOptions.Parse(Text(member), out string reason) ?? throw new FormatException($"'advertise' {reason}") },
        "tlsTrust" => account with { TlsTrust = Beside(member, file) },
        "msrpRelay" => account with { MsrpRelays = [.. Texts(member).Select(text => Relay(member, text))] },
        "msrpRelayRealm" => account with { MsrpRelayRealm = Text(member) },
        "secureMedia" => account with { SecureMedia = OneOf(member, CommonOptions.MediaSecurities) },
        "profile" => account with { Profile = ImageShareProfile.Find(Text(member)) ?? throw Wrong(member, "one of " + string.Join(", ", ImageShareProfile.All)) },
        _ => throw new FormatException($"'{member.Name}' is not a member of an account"),
    };

    private static string Text(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is { Length: > 0 } text ? text : throw Wrong(member, "text between quotes");

    private static IEnumerable<string> Texts(JsonProperty member) => member.Value.ValueKind == JsonValueKind.Array
        ? member.Value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(member, "a list of texts between quotes"))
        : [Text(member)];

    private static SipUri Uri(JsonProperty member) =>
        SipUri.TryParse(Text(member), out SipUri? uri) && uri.IsSip ? uri : throw Wrong(member, "a SIP URI such as \"sip:alice@provider.example\"");

    private static MsrpUri Relay(JsonProperty member, string text) =>
        MsrpUri.TryParse(Encoding.UTF8.GetBytes(text), out MsrpUri? uri) && uri.IsSecure ? uri : throw Wrong(member, "an msrps URI such as \"msrps://relay.example:2855;tcp\"");

    private static string OneOf(JsonProperty member, string[] values) => values.Contains(Text(member)) ? Text(member) : throw Wrong(member, "one of " + string.Join(", ", values));

    private static int Seconds(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out int seconds) && seconds is >= ShortestExpiry and <= LongestExpiry
            ? seconds
            : throw Wrong(member, $"a number of seconds from {ShortestExpiry} to {LongestExpiry}");

    private static Guid Instance(JsonProperty member)
    {
        const string Urn = "urn:uuid:";
        string text = Text(member);
        return Guid.TryParse(text.StartsWith(Urn, StringComparison.OrdinalIgnoreCase) ? text[Urn.Length..] : text, out Guid id) ? id : throw Wrong(member, "a UUID");
    }

    // Relative to the account, not to where the program was started.
    private static FileInfo Beside(JsonProperty member, FileInfo file) => new(Path.Combine(file.DirectoryName ?? string.Empty, Text(member)));

    // Never the value: it may be a password in the wrong place.
    private static FormatException Wrong(JsonProperty member, string wanted) => new($"'{member.Name}' is not {wanted}");
}
