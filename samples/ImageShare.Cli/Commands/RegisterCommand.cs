using System.CommandLine;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Traces;
using ImageShare.Core;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare register</c>: registers, shows the registration and its bindings, and removes it again.</summary>
internal static class RegisterCommand
{
    public static Command Create(CommonOptions common)
    {
        var stay = new Option<bool>("--stay") { Description = "Stay registered, and report each change, until Ctrl-C; invitations are declined" };
        var command = new Command("register", "Register at a provider, and show the registration and all bindings of the user") { stay };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                await using var tracing = new Tracing(common, parsed, reporter);
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink, registers: true);
                await using ImageShareClient client = parsed.GetValue(stay)
                    ? await StartedClient.ListenAsync(reporter, options, cancellationToken)
                    : await StartedClient.StartAsync(reporter, options, cancellationToken);
                reporter.RegistrationDetails(client.Registration);
                if (parsed.GetValue(stay))
                {
                    await DeclineAsync(client, cancellationToken);
                }

                SipRegistrationState ended = await client.UnregisterAsync(CancellationToken.None);
                reporter.Registration(options.Identity, ended);
                return cancellationToken.IsCancellationRequested ? ExitStatus.Interrupted : ExitStatus.Done;
            });
        });
        return command;
    }

    private static async Task DeclineAsync(ImageShareClient client, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(cancellationToken))
            {
                await invitation.DeclineAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C.
        }
    }
}
