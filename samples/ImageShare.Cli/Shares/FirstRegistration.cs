using ImageShare.Core;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Shares;

/// <summary>Registers for a command that ends by itself: waits no longer than <c>--timeout</c>. A REGISTER alone is given up after 32 s (RFC 3261 §17.1.2.2).</summary>
internal static class FirstRegistration
{
    /// <exception cref="ImageShareException">The registrar refused or did not answer.</exception>
    public static async Task<SipRegistrationState> WaitAsync(ImageShareClient client, SipRegistrationOptions wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await client.RegisterAsync(wanted, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ImageShareException(
                ImageShareError.NoAnswer, $"The registrar did not answer within {timeout.TotalSeconds} s; check its address, and that it is running. --timeout N waits longer.");
        }
    }
}
