using System.CommandLine;
using ImageShare.Cli.Settings;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Accounts;

/// <summary>The options about the user and the provider, and the file that may contain the same.</summary>
internal sealed class AccountOptions
{
    public Option<SipUri?> Identity { get; } = new("--identity")
    {
        Description = "Who you are: a SIP URI, e.g. sip:alice@ims.example",
        HelpName = "URI",
        CustomParser = CommonOptions.ParseUri,
    };

    public Option<FileInfo?> File { get; } = new("--account")
    {
        Description = "JSON file with identity, registrar, user, password and more (docs/registration.md); other options replace what it says",
        HelpName = "FILE",
    };

    public Option<SipUri?> Register { get; } = new("--register")
    {
        Description = "Register at this registrar first, and be reached by your identity, e.g. sip:provider.example",
        HelpName = "SIPURI",
        CustomParser = CommonOptions.ParseUri,
    };

    public Option<int?> Expires { get; } = new("--expires")
    {
        Description = "Seconds to register for (default 3600); it is refreshed in time",
        HelpName = "N",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int seconds) && seconds is >= AccountFile.ShortestExpiry and <= AccountFile.LongestExpiry
            ? seconds
            : CommonOptions.Refuse<int?>(result, $"is not a number of seconds from {AccountFile.ShortestExpiry} to {AccountFile.LongestExpiry}"),
    };

    public Option<SipUri?> Proxy { get; } = new("--proxy")
    {
        Description = "Outbound proxy every request goes through, e.g. \"sip:pcscf.ims.example:5060;lr\"",
        HelpName = "SIPURI",
        CustomParser = CommonOptions.ParseUri,
    };

    public Option<string?> User { get; } = new("--user") { Description = "User name for digest authentication (default: the user part of --identity)", HelpName = "NAME" };

    public Option<string?> Password { get; } = new("--password")
    {
        Description = "Password. WARNING: other users of this machine can see it; use --password-file, or the environment variable IMAGESHARE_PASSWORD",
    };

    public Option<FileInfo?> PasswordFile { get; } = new("--password-file") { Description = "File whose first line is the password; only you may read it (mode 600)", HelpName = "FILE" };

    public Option<string?> Realm { get; } = new("--realm")
    {
        Description = "Realm the password is for (default: the domain of --identity). '*' answers whoever asks: WARNING, any server on the way can then try to find out the password",
        HelpName = "NAME",
    };

    public void AddTo(Command command, bool identity)
    {
        Option[] options = identity ? [Identity, File, Register, Expires] : [];
        foreach (Option option in (Option[])[.. options, Proxy, User, Password, PasswordFile, Realm])
        {
            command.Add(option);
        }

        if (identity)
        {
            command.Validators.Add(result =>
            {
                if (result.GetResult(Identity) is null && result.GetResult(File) is null)
                {
                    result.AddError("Say who you are with --identity, or give an --account that does.");
                }
            });
        }
    }

    /// <summary>What the command line says, and where it is silent, the environment and the file.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="identity">Who it is whatever the user says; null asks the user.</param>
    /// <exception cref="UsageException">A file cannot be read or is wrong, or passwords are given twice.</exception>
    public Account Load(ParseResult parsed, SipUri? identity = null)
    {
        Account account = identity is null && parsed.GetValue(File) is { } file ? AccountFile.Read(file) : new Account();
        FileInfo? secret = parsed.GetValue(PasswordFile);
        if (secret is not null && parsed.GetValue(Password) is not null)
        {
            throw new UsageException("--password and --password-file are both given; keep --password-file.");
        }

        return account with
        {
            Identity = identity ?? parsed.GetValue(Identity) ?? account.Identity,
            Registrar = parsed.GetValue(Register) ?? account.Registrar,
            Expires = parsed.GetValue(Expires) ?? account.Expires,
            Proxy = parsed.GetValue(Proxy) ?? account.Proxy,
            User = parsed.GetValue(User) ?? account.User,
            Realm = parsed.GetValue(Realm) ?? account.Realm,
            Password = parsed.GetValue(Password)
                ?? (secret is null ? null : SecretFile.ReadPassword(secret)) ?? Environment.GetEnvironmentVariable("IMAGESHARE_PASSWORD") ?? account.Password,
        };
    }
}
