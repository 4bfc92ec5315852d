using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Cli.Terminals;
using ImageShare.Core.Net;

namespace ImageShare.Cli.Settings;

/// <summary>The options about SIP over TLS, and the PEM files behind them.</summary>
internal sealed class TlsFiles
{
    public Option<FileInfo?> Certificate { get; } = new("--tls-cert")
    {
        Description = "PEM file with this side's certificate, intermediate certificates and key; enables listening for TLS",
        HelpName = "FILE",
    };

    public Option<FileInfo?> Key { get; } = new("--tls-key") { Description = "PEM file with the certificate's key, if it is not in --tls-cert", HelpName = "FILE" };

    public Option<FileInfo?> Trust { get; } = new("--tls-trust")
    {
        Description = "PEM file with authorities to trust in addition to those of this machine",
        HelpName = "FILE",
    };

    public Option<int> Port { get; } = new("--tls-port")
    {
        Description = "Port to listen on for TLS, at the address of --bind; 0 picks a free one",
        HelpName = "PORT",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int port) && port is >= 0 and <= 65535
            ? port
            : CommonOptions.Refuse<int>(result, "is not a port from 0 to 65535"),
    };

    public Option<string?> Host { get; } = new("--tls-host") { Description = "Host name in the certificate, if it is not for the address", HelpName = "NAME" };

    public Option[] Options => [Certificate, Key, Trust, Port, Host];

    /// <exception cref="UsageException">A file cannot be read or has the wrong content.</exception>
    public TlsOptions Load(ParseResult parsed, FileInfo? trustOfAccount = null)
    {
        TlsOptions options = TlsOptions.Default;
        if ((parsed.GetValue(Trust) ?? trustOfAccount) is { } trust)
        {
            options = options with { TrustedRoots = [.. Read(trust)] };
        }

        if (parsed.GetValue(Certificate) is { } file)
        {
            X509Certificate2[] chain = [.. Read(file)];
            options = options with { Certificate = WithKey(file, parsed.GetValue(Key) ?? file), Intermediates = chain[1..] };
        }
        else if (parsed.GetValue(Key) is not null)
        {
            throw new UsageException("--tls-key without --tls-cert; give the certificate it belongs to.");
        }

        if (options.Certificate is null && parsed.GetResult(Port) is { Implicit: false })
        {
            throw new UsageException("--tls-port without --tls-cert: listening for TLS needs a certificate.");
        }

        return options;
    }

    private static X509Certificate2Collection Read(FileInfo file) => Try(file, "certificates", () =>
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file.FullName);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it contains none");
    });

    // Convert to PKCS#12, because TLS on some platforms does not accept ephemeral keys.
    private static X509Certificate2 WithKey(FileInfo file, FileInfo key) => Try(key, "the certificate's key", () =>
    {
        using X509Certificate2 read = X509Certificate2.CreateFromPemFile(file.FullName, key.FullName);
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null);
    });

    private static T Try<T>(FileInfo file, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{Shown.Text(file.Name)}: {what} could not be read ({e.Message}); give a PEM file.");
        }
    }
}
