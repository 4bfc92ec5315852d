using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageShare.Core.Hosting;

/// <summary>Adds the health check of the hosted client.</summary>
public static class ImageShareHealthCheckExtensions
{
    /// <summary>
    /// Adds a health check that passes while the client listens for SIP and MSRP, and is registered if it is to be
    /// (<see cref="ImageShareHealth.IsHealthy"/>). It asks nobody and costs nothing. Its data are <c>listening.sip</c>, <c>listening.msrp</c>, <c>registration</c>,
    /// <c>shares.active</c> and <c>problem</c>; none names a person, an address or a file.
    /// </summary>
    /// <param name="builder">The health checks of the host.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">The status if it does not pass; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags of the check.</param>
    public static IHealthChecksBuilder AddImageShare(
        this IHealthChecksBuilder builder, string name = "imageshare", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, static services => new ImageShareHealthCheck(services.GetRequiredService<ImageShareService>()), failureStatus, tags));
    }
}

/// <summary>Reports <see cref="ImageShareClient.Health"/>.</summary>
internal sealed class ImageShareHealthCheck(ImageShareService service) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ImageShareHealth health;
        try
        {
            health = service.Client.Health;
        }
        catch (ImageShareException e)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "The client is not started.", e));
        }

        var data = new Dictionary<string, object>
        {
            ["listening.sip"] = health.IsListeningForSip,
            ["listening.msrp"] = health.IsListeningForMsrp,
            ["registration"] = health.Registration?.Status.ToString() ?? "NotWanted",
            ["shares.active"] = health.ActiveShares,
        };
        if (health.LastProblem is { } problem)
        {
            data["problem"] = string.Create(CultureInfo.InvariantCulture, $"{problem.Error} at {problem.Time:O}");
        }

        return Task.FromResult(health.IsHealthy
            ? HealthCheckResult.Healthy("The client can be reached.", data)
            : new HealthCheckResult(context.Registration.FailureStatus, Describe(health), exception: null, data));
    }

    private static string Describe(ImageShareHealth health) => !health.IsListeningForSip ? "The client does not listen for SIP."
        : !health.IsListeningForMsrp ? "The client does not listen for MSRP."
        : $"The client is not registered ({health.Registration?.Status}).";
}
