using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Core;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Shares;

/// <summary>Starts the client of a command, registers it if that was asked for, and reports what becomes of the registration.</summary>
internal static class StartedClient
{
    /// <summary>For a command that ends by itself: it fails if the registration does.</summary>
    /// <exception cref="ImageShareException">It cannot listen, or the registrar refused or did not answer.</exception>
    public static Task<ImageShareClient> StartAsync(IReporter reporter, ImageShareOptions options, CancellationToken cancellationToken) =>
        StartAsync(reporter, options, listens: false, cancellationToken);

    /// <summary>For a command that waits for peers: a registration that may still succeed is tried again while it waits.</summary>
    /// <exception cref="ImageShareException">It cannot listen, or the registrar refused in a way that another attempt does not change.</exception>
    public static Task<ImageShareClient> ListenAsync(IReporter reporter, ImageShareOptions options, CancellationToken cancellationToken) =>
        StartAsync(reporter, options, listens: true, cancellationToken);

    private static async Task<ImageShareClient> StartAsync(IReporter reporter, ImageShareOptions options, bool listens, CancellationToken cancellationToken)
    {
        SipRegistrationOptions? wanted = options.Registration;
        if (listens && wanted is null && options.Transport == SipTransportChoice.Tls && options.SipTls.Certificate is null)
        {
            // Registered, requests come on the connection that this side has opened (RFC 5626).
            throw new UsageException(
                "--transport tls without a certificate: nobody could connect. Give one for the address of --bind with --tls-cert FILE (and --tls-key FILE). For a try: "
                + "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=bob -addext subjectAltName=IP:127.0.0.1 -keyout bob.pem -out bob.crt; cat bob.crt >> bob.pem; peers then need --tls-trust bob.crt.");
        }

        if (wanted?.Registrar is { } registrar)
        {
            NearHop.Check(options, registrar);
        }

        // Registered below, when its changes are listened to.
        ImageShareClient client = await ImageShareClient.StartAsync(options with { Registration = null }, cancellationToken);
        try
        {
            if (listens)
            {
                reporter.Listening(client.Address);
            }

            if (wanted is not null)
            {
                await RegisterAsync(reporter, options, client, wanted, listens, cancellationToken);
            }

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private static async Task RegisterAsync(
        IReporter reporter, ImageShareOptions options, ImageShareClient client, SipRegistrationOptions wanted, bool goesOn, CancellationToken cancellationToken)
    {
        bool isFirst = true;
        client.RegistrationChanged += (_, state) =>
        {
            // The exception below says why the first attempt failed. That it is removed at the end goes without saying.
            if (state.Status is SipRegistrationStatus.Registered
                || (state.Status is SipRegistrationStatus.Lost && goesOn)
                || (state.Status is SipRegistrationStatus.Registering or SipRegistrationStatus.Lost or SipRegistrationStatus.Refused && !Volatile.Read(ref isFirst)))
            {
                reporter.Registration(options.Identity, state);
            }
        };
        try
        {
            await reporter.RegisteringAsync(
                options.Identity,
                () => goesOn
                    ? client.RegisterAsync(wanted, cancellationToken)
                    : FirstRegistration.WaitAsync(client, wanted, options.Limits.AnswerTimeout, cancellationToken));
        }
        catch (ImageShareException) when (goesOn && client.Registration.Status is not SipRegistrationStatus.Refused)
        {
            // Reported with its state, and tried again.
        }

        Volatile.Write(ref isFirst, false);
    }
}
